"""HTML from a paragraph."""
from docutils.core import publish_parts
print(len(publish_parts("hello *you*", writer="html5")["body"]))
