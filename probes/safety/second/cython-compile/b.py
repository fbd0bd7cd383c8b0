"""A module to C: included declarations and pieces of C that the package carries; an annotated page; an error."""
from Cython.Compiler.Main import compile, CompilationOptions
from Cython.Compiler import Options
open("x.pyx", "w").write("from libc.math cimport sin\ncpdef double f(double a):\n    return sin(a)\n"
                         "def g(int[:] v): return [x for x in v]\n")
Options.annotate = True
r = compile("x.pyx", CompilationOptions(language_level=3))
print(r.num_errors, len(open("x.c").read()) > 99999)
from Cython import Tempita
print(Tempita.sub("{{a}}", a=1))
