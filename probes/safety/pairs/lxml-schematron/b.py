"""ISO Schematron: stylesheets that include stylesheets."""
from lxml import etree, isoschematron
rules = etree.fromstring(
    '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="a">'
    '<assert test="@x">no x</assert></rule></pattern></schema>')
schema = isoschematron.Schematron(rules)
print(schema.validate(etree.fromstring("<a x='1'/>")), schema.validate(etree.fromstring("<a/>")))
