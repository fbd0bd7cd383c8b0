"""The version."""
import pybind11
print(bool(pybind11.__version__))
