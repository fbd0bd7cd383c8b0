"""A server's name."""
import ldap3
print(ldap3.Server("h").host)
