"""HTML with a theme, a search index and an extension, in German."""
import os, tempfile
from sphinx.application import Sphinx
src = tempfile.mkdtemp()
open(os.path.join(src, "index.rst"), "w").write("T\n=\n\n.. automodule:: textwrap\n\n.. code:: sql\n\n   select 1\n")
conf = {"project": "p", "extensions": ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"], "language": "de", "html_theme": "classic"}
Sphinx(src, None, src + "/o", src + "/d", "html", confoverrides=conf, status=None, warning=None).build()
page = open(src + "/o/index.html").read()
print("Suche" in page, "Navigation" in page, sorted(os.listdir(src + "/o/_static"))[:3])
