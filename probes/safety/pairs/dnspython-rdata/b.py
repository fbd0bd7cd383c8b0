"""Records of many types: modules found by computed names; a message and a zone."""
import dns.message, dns.rdata, dns.zone
for kind, text in (("MX", "10 m."), ("CAA", '0 issue "x"'), ("SVCB", "1 h. alpn=h2"), ("TLSA", "3 0 0 aa"), ("LOC", "1 N 1 E 0m")):
    print(dns.rdata.from_text("IN", kind, text).to_text())
print(dns.message.make_query("a.", "NAPTR").question[0].rdtype.name)
print(len(dns.zone.from_text("@ 60 IN SOA a. b. 1 1 1 1 1\n@ 60 IN NS a.\n", "z.", relativize=False).nodes))
