"""Parsing XML."""
from lxml import etree
print(etree.fromstring("<a><b>1</b></a>").findtext("b"))
