"""Languages by their profiles."""
from langdetect import DetectorFactory, detect
DetectorFactory.seed = 0
print(detect("Wie geht es dir heute mein Freund"), detect("これは日本語の文章です"))
