"""LaTeX in German, from directives, with a citation of the writer by name."""
from docutils.core import publish_string
source = ".. note:: x\n\n.. list-table::\n\n   * - a\n     - b\n\n.. math:: x^2\n"
out = publish_string(source, writer="latex", settings_overrides={"language_code": "de", "output_encoding": "unicode"})
print("german" in out.lower(), "longtable" in out)
