"""Assertions of numpy.testing, which projects use outside tests too, and f2py's name."""
import numpy as np
try:
    np.testing.assert_allclose([1.0], [1.1])
except AssertionError as e:
    print("differs" if "Mismatched" in str(e) else e)
print(np.ctypeslib.as_array((__import__("ctypes").c_int * 3)(1, 2, 3)).sum())
