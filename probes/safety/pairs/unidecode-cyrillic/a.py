"""Latin."""
from unidecode import unidecode
print(unidecode("kožušček"))
