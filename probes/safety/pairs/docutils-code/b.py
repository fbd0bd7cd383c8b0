"""Highlighted code (pygments), a CSV table, ODT and man pages."""
from docutils.core import publish_string
source = "T\n=\n\n.. code:: python\n\n   x = 1\n\n.. csv-table::\n\n   a,b\n"
print(len(publish_string(source, writer="manpage")) > 50, len(publish_string(source, writer="odt")) > 5000)
print(b"pygments" in publish_string(source, writer="html5") or b"code python" in publish_string(source, writer="html5"))
