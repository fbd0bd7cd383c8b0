"""A text document."""
import os, tempfile
from sphinx.application import Sphinx
src = tempfile.mkdtemp()
open(os.path.join(src, "index.rst"), "w").write("T\n=\n\nhello\n")
Sphinx(src, None, src + "/o", src + "/d", "text", confoverrides={"project": "p"}, status=None, warning=None).build()
print(open(src + "/o/index.txt").read().strip())
