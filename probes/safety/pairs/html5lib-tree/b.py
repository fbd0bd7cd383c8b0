"""Other trees by name, a filter, serialised."""
import html5lib
from html5lib.filters import alphabeticalattributes, whitespace
tree = html5lib.parse("<p b=1 a=2>x", treebuilder="dom")
walker = html5lib.getTreeWalker("dom")
print(html5lib.serializer.HTMLSerializer(alphabetical_attributes=True, strip_whitespace=True).render(walker(tree)))
print(html5lib.parse("<p>y", treebuilder="lxml").getroot().tag)
