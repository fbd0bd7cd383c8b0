"""A digest."""
from Crypto.Hash import SHA256
print(SHA256.new(b"x").hexdigest()[:8])
