"""PKCS 12 and 7, a one-time password, Diffie-Hellman, key wrap, a CRL, a wrong key."""
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives import hashes, keywrap, serialization as s
from cryptography.hazmat.primitives.serialization import pkcs12, pkcs7
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.asymmetric import rsa
k = rsa.generate_private_key(65537, 2048)
p = pkcs12.serialize_key_and_certificates(b"x", k, None, None, s.BestAvailableEncryption(b"p"))
print(pkcs12.load_key_and_certificates(p, b"p")[0].key_size, TOTP(b"k" * 20, 6, hashes.SHA1(), 30).generate(59))
print(len(x25519.X25519PrivateKey.generate().public_key().public_bytes_raw()), len(keywrap.aes_key_wrap(b"k" * 16, b"d" * 16)))
try:
    AESGCM(b"k" * 16).decrypt(b"n" * 12, b"x" * 32, None)
except InvalidTag as e:
    print(type(e).__name__)
print(len(Scrypt(salt=b"s", length=16, n=2, r=8, p=1).derive(b"p")))
