"""The parser of the standard library."""
from bs4 import BeautifulSoup
print(BeautifulSoup("<p>x", "html.parser").p.text)
