"""A key pair, a key set, a client of keys that is refused, an expired token."""
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
k = ec.generate_private_key(ec.SECP256R1())
print(jwt.decode(jwt.encode({"a": 1}, k, "ES256"), k.public_key(), ["ES256"]))
print(jwt.decode(jwt.encode({"a": 1}, ed25519.Ed25519PrivateKey.generate(), "EdDSA"), options={"verify_signature": False}))
try:
    jwt.PyJWKClient("http://127.0.0.1:1/").get_signing_keys()
except jwt.PyJWKClientError as e:
    print(type(e).__name__)
try:
    jwt.decode(jwt.encode({"exp": 1}, "k" * 32), "k" * 32, ["HS256"])
except jwt.ExpiredSignatureError as e:
    print(e)
