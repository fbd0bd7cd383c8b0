"""A digest."""
from cryptography.hazmat.primitives import hashes
d = hashes.Hash(hashes.SHA256())
print(len(d.finalize()))
