"""A domain."""
import idna
print(idna.encode("bücher.de"))
