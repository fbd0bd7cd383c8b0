"""A number."""
from babel.numbers import format_decimal
print(format_decimal(1.5, locale="en"))
