"""English."""
from num2words import num2words
print(num2words(42))
