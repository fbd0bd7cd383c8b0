"""reStructuredText to a tree."""
from docutils.core import publish_doctree
print(len(publish_doctree("a\n\nb")))
