"""A grammar in a string."""
from textx import metamodel_from_str
print(metamodel_from_str("M: a=ID;").model_from_str("x").a)
