"""Python to HTML, classes named."""
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer
print(len(highlight("x = 1", PythonLexer(), HtmlFormatter())))
