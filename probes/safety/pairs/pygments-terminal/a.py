"""Tokens of Python."""
from pygments.lexers.python import PythonLexer
print(len(list(PythonLexer().get_tokens("def f(): pass"))))
