"""A symmetric token."""
import jwt
print(jwt.decode(jwt.encode({"a": 1}, "k" * 32, "HS256"), "k" * 32, ["HS256"]))
