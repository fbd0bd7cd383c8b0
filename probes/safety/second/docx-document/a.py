"""A length."""
from docx.shared import Inches
print(Inches(1).cm)
