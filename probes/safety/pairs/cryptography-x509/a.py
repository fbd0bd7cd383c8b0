"""A symmetric token."""
from cryptography.fernet import Fernet
f = Fernet(b"A" * 43 + b"=")
print(f.decrypt(f.encrypt(b"x")))
