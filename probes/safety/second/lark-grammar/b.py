"""Common terminals, Earley, the package's own grammars, a stand-alone parser."""
from lark import Lark
print(Lark('%import common.NUMBER\n%import common.WS\n%ignore WS\nstart: NUMBER+').parse("1 2"))
from lark.indenter import PythonIndenter
p = Lark.open_from_package("lark", "python.lark", ["grammars"], parser="lalr", postlex=PythonIndenter(),
                           start="file_input")
print(p.parse("x = 1\n").data)
try:
    p.parse("x = = 1\n")
except Exception as e:
    print(type(e).__name__)
