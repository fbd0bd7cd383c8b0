"""Cyrillic, and the chardet-like interface."""
from charset_normalizer import detect, from_bytes
text = "Съешь ещё этих мягких французских булок, да выпей же чаю. " * 4
print(str(from_bytes(text.encode("cp1251")).best()) == text, detect(b"plain")["encoding"])
