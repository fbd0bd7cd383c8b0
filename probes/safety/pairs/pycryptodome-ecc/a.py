"""AES in one mode."""
from Crypto.Cipher import AES
print(AES.new(b"k" * 16, AES.MODE_ECB).encrypt(b"x" * 16).hex()[:8])
