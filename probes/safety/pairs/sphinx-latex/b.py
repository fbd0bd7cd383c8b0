"""LaTeX and EPUB."""
import os, tempfile
from sphinx.application import Sphinx
src = tempfile.mkdtemp()
open(os.path.join(src, "index.rst"), "w").write("T\n=\n\n.. math:: x^2\n\n.. c:function:: int f(int x)\n")
for builder in ("latex", "epub", "man", "xml"):
    conf = {"project": "p", "version": "1", "epub_show_urls": "no"}
    Sphinx(src, None, src + "/" + builder, src + "/d", builder, confoverrides=conf, status=None, warning=None, freshenv=True).build()
print("begin{document}" in open(src + "/latex/p.tex").read(), os.path.exists(src + "/epub/p.epub"))
