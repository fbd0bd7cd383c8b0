"""HTML parsed."""
import lxml.html
print(lxml.html.fromstring("<p class=x>y</p>").tag)
