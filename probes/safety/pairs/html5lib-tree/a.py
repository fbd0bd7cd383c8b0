"""A DOM of elements."""
import html5lib
print(len(html5lib.parse("<p>x")))
