"""Latin."""
from anyascii import anyascii
print(anyascii("café"))
