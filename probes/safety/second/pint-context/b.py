"""A spectroscopic context, another system, LaTeX, and an unknown unit."""
import pint
u = pint.UnitRegistry(system="imperial")
with u.context("spectroscopy"):
    print(round(u.Quantity(500, "nm").to("THz").magnitude, 2))
print(f"{u.Quantity(3, 'kg * m / s**2'):L}", u.Quantity(3, "m").to_base_units())
try:
    u("parrots")
except pint.UndefinedUnitError as e:
    print(e)
