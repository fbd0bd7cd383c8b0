"""English."""
from spellchecker import SpellChecker
print(SpellChecker().correction("hapy") is not None)
