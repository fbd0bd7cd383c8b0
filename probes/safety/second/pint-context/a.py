"""Metres to feet."""
import pint
u = pint.UnitRegistry()
print(u.Quantity(2, "m").to("foot").units)
