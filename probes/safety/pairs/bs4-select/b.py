"""CSS, a formatter, diagnosis."""
from bs4 import BeautifulSoup
from bs4.formatter import HTMLFormatter
soup = BeautifulSoup("<ul><li class=a>&eacute;<li>2</ul>", "html.parser")
print([t.text for t in soup.select("li:nth-of-type(1).a")], soup.decode(formatter=HTMLFormatter()))
import bs4.diagnose
print(bs4.diagnose.rword(3) != "")
