"""Cyrillic and Chinese, with rules for a language."""
from slugify import slugify
from slugify.special import CYRILLIC
print(slugify("Привет 你好"), slugify("Жук", replacements=CYRILLIC), slugify("a&amp;b", stopwords=["a"]))
