"""A page of HTML."""
import os, tempfile
from sphinx.application import Sphinx
src = tempfile.mkdtemp()
open(os.path.join(src, "index.rst"), "w").write("T\n=\n\nhello\n")
Sphinx(src, None, src + "/o", src + "/d", "html", confoverrides={"project": "p"}, status=None, warning=None).build()
print("hello" in open(src + "/o/index.html").read())
