"""A grammar without imports."""
from lark import Lark
print(Lark('start: "a"+', parser="lalr").parse("aa").data)
