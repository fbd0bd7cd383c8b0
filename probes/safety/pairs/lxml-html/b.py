"""HTML: links, differences; objects from XML."""
from lxml import objectify
from lxml.html import document_fromstring, tostring
from lxml.html.diff import htmldiff
page = document_fromstring("<a href='/x'>y</a>")
page.make_links_absolute("http://h/")
print(tostring(page), htmldiff("<p>a</p>", "<p>b</p>"), objectify.fromstring("<r><n>3</n></r>").n + 1)
