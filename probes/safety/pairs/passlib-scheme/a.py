"""One hash."""
from passlib.hash import sha256_crypt
print(sha256_crypt.verify("p", sha256_crypt.using(rounds=1000, salt="s").hash("p")))
