"""alpha: greets, with a template from its data."""
from .core import greet

__all__ = ["greet"]
