"""The certificates."""
import ssl
import certifi
print(len(ssl.create_default_context(cafile=certifi.where()).get_ca_certs()) > 50, certifi.contents()[:1])
