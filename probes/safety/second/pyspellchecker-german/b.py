"""German and Spanish."""
from spellchecker import SpellChecker
print("haus" in SpellChecker(language="de"), SpellChecker(language="es").known(["casa", "xqzt"]))
try:
    SpellChecker(language="xx")
except ValueError as e:
    print(type(e).__name__)
