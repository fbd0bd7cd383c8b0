"""The version."""
import Cython
print(bool(Cython.__version__))
