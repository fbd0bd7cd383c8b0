"""The compatibility mapping, and the codec."""
import idna
import idna.codec
print(idna.encode("Königsgäßchen", uts46=True), "fuß.de".encode("idna2008"))
