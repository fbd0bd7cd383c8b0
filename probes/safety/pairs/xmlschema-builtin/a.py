"""One schema of version 1.0."""
import xmlschema
print(xmlschema.XMLSchema('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:int"/></xs:schema>').is_valid("<a>1</a>"))
