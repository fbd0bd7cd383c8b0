"""Version 1.1, an import of a namespace that the package carries, and the command's converters."""
import xmlschema
s = xmlschema.XMLSchema11('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xlink="http://www.w3.org/1999/xlink"><xs:import namespace="http://www.w3.org/1999/xlink"/><xs:element name="a"><xs:complexType><xs:attribute ref="xlink:href"/></xs:complexType></xs:element></xs:schema>')
print(s.is_valid('<a xmlns:x="http://www.w3.org/1999/xlink" x:href="u"/>'))
print(xmlschema.BadgerFishConverter.__name__, s.to_dict("<a/>"))
