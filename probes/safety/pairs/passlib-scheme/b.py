"""Other schemes, found by name."""
from passlib.context import CryptContext
c = CryptContext(["pbkdf2_sha256", "md5_crypt", "ldap_salted_sha1", "django_pbkdf2_sha256", "mysql41"], pbkdf2_sha256__rounds=100)
print(c.identify("$1$abc$x8HLnV1v2bSGjHbFRrKB2/"), c.verify("p", c.hash("p")))
print(c.handler("mysql41").hash("p"))
from passlib.hash import cisco_type7
print(cisco_type7.decode(cisco_type7.using(salt=1).hash("p")))
