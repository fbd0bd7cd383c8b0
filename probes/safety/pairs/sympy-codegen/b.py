"""Code, units, a plot as text and a parsed expression."""
import sympy
from sympy.parsing.mathematica import parse_mathematica
from sympy.physics.units import convert_to, kilometer, meter
from sympy.utilities.codegen import codegen
x = sympy.Symbol("x")
print(codegen(("f", x ** 2), "F95", header=False)[0][1].count("\n"), convert_to(3 * kilometer, meter))
print(parse_mathematica("Sin[x]"), sympy.printing.mathml(x), sympy.rust_code(x ** 2))
import sympy.stats
print(sympy.lambdify(x, x + 1, "math")(1), sympy.stats.E(sympy.stats.Die("d", 6)))
