"""Finding by name."""
from bs4 import BeautifulSoup
print(BeautifulSoup("<p>x</p>", "html.parser").find("p").string)
