"""A German IBAN."""
from schwifty import IBAN
print(IBAN("DE89370400440532013000").country_code)
