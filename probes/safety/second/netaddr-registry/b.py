"""A maker of network cards, a registry of addresses."""
import netaddr
print(netaddr.EUI("00-1B-77-49-54-FD").oui.registration().org)
print(netaddr.IPAddress("8.8.8.8").info["IPv4"][0]["designation"])
try:
    netaddr.EUI("FE-FF-FF-00-00-00").oui.registration()
except netaddr.core.NotRegisteredError as e:
    print(e)
