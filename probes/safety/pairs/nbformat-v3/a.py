"""A new notebook, checked."""
import nbformat
from nbformat.v4 import new_notebook
nbformat.validate(new_notebook())
print("valid")
