"""A network."""
import netaddr
print(len(netaddr.IPNetwork("10.0.0.0/30")))
