"""A country."""
import pycountry
print(pycountry.countries.get(alpha_2="PL").name)
