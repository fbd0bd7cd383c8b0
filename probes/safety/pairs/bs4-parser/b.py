"""Other parsers (other distributions), and an unknown encoding."""
from bs4 import BeautifulSoup
print(BeautifulSoup("<p>x", "lxml").body.name, BeautifulSoup("<p>x", "html5lib").html.head is not None)
