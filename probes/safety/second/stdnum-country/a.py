"""A card number."""
from stdnum import luhn
print(luhn.is_valid("4242424242424242"))
