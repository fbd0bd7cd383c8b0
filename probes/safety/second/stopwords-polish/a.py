"""English."""
from stop_words import get_stop_words
print(len(get_stop_words("english")) > 50)
