"""The version."""
import black
print(bool(black.__version__))
