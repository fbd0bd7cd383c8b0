"""UTF-8."""
from charset_normalizer import from_bytes
print(from_bytes("grüße aus köln".encode()).best().encoding)
