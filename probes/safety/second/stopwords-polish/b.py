"""Polish by its code, a safe fallback."""
from stop_words import AVAILABLE_LANGUAGES, get_stop_words, safe_get_stop_words
print(len(get_stop_words("pl")), len(safe_get_stop_words("german")), len(AVAILABLE_LANGUAGES))
