"""A length."""
from pptx.util import Inches
print(Inches(1))
