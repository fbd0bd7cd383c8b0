"""A name resolved: modules that are run as files of a directory."""
from pysnmp.smi import builder, view, rfc1902 as smi
b = builder.MibBuilder()
b.load_modules("SNMPv2-MIB")
v = view.MibViewController(b)
print(smi.ObjectIdentity("SNMPv2-MIB", "sysDescr", 0).resolve_with_mib(v).prettyPrint())
print(v.get_node_name((1, 3, 6, 1, 2, 1, 1, 3))[0])
