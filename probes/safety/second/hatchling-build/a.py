"""The interface."""
import hatchling
from hatchling import build
print(callable(build.build_wheel))
