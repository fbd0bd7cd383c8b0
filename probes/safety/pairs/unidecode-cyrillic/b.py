"""Cyrillic, Chinese and Georgian: tables found by computed names."""
from unidecode import unidecode
print(unidecode("Москва"), unidecode("北京"), unidecode("თბილისი"))
