"""A type."""
from pysnmp.proto import rfc1902
print(rfc1902.Integer32(3))
