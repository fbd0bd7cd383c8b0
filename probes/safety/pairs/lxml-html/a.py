"""An element tree."""
from lxml import etree
print(etree.tostring(etree.Element("a")))
