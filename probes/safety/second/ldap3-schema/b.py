"""A mock with a schema of the package, a search, LDIF, an extended operation, an escaped filter."""
import ldap3
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn
s = ldap3.Server("h", get_info=ldap3.OFFLINE_SLAPD_2_4)
c = ldap3.Connection(s, "cn=a,o=b", "p", client_strategy=ldap3.MOCK_SYNC)
c.strategy.add_entry("cn=a,o=b", {"userPassword": "p", "sn": "x", "objectClass": "person"})
print(c.bind(), c.search("o=b", "(sn=x)", attributes=["sn"]), c.entries[0].sn.value)
print(len(s.schema.object_classes) > 10, escape_filter_chars("*"), parse_dn("cn=a,o=b"))
print(c.response_to_ldif().splitlines()[0])
