"""Simplify."""
import sympy
x = sympy.Symbol("x")
print(sympy.simplify(sympy.sin(x) ** 2 + sympy.cos(x) ** 2))
