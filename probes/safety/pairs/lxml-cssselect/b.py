"""A CSS selector: an optional distribution."""
import lxml.html
print([e.text for e in lxml.html.fromstring("<div><p class=x>y</p></div>").cssselect("p.x")])
