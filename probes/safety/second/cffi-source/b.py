"""C written for a module and for embedding: headers that the package carries; an error of the parser."""
import cffi
f = cffi.FFI()
f.cdef("int f(int);")
f.set_source("_x", "int f(int a) { return a; }")
f.emit_c_code("x.c")
print(len(open("x.c").read()) > 9000, f.dlopen(None) is not None)
g = cffi.FFI()
g.embedding_api("int g(int);")
g.set_source("_y", "")
g.embedding_init_code("from _y import ffi")
g.emit_c_code("y.c")
print(len(open("y.c").read()) > 20000)
try:
    f.cdef("int f(;")
except cffi.CDefError as e:
    print(type(e).__name__)
