"""A name."""
import dns.name
print(dns.name.from_text("a.example.").parent())
