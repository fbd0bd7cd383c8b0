"""Ciphers and signatures: native modules loaded by names in strings."""
from Crypto.Cipher import AES, ARC2, ChaCha20
from Crypto.Protocol.KDF import scrypt
from Crypto.Util.Padding import pad
print(AES.new(b"k" * 16, AES.MODE_GCM, nonce=b"n" * 12).encrypt_and_digest(b"x")[1].hex()[:8])
print(ARC2.new(b"k" * 8, ARC2.MODE_CBC, iv=b"i" * 8).encrypt(pad(b"x", 8)).hex())
print(ChaCha20.new(key=b"k" * 32, nonce=b"n" * 8).encrypt(b"x").hex(), scrypt("p", "s", 8, 2, 1, 1).hex())
