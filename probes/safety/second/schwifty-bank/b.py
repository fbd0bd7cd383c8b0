"""A BIC from a bank code, a Polish IBAN, and a bank's name."""
from schwifty import BIC, IBAN
print(IBAN("PL61109010140000071219812874").formatted, IBAN("DE89370400440532013000").bic)
print(BIC.from_bank_code("DE", "43060967"), BIC("GENODEM1GLS").country.name)
try:
    IBAN("PL00109010140000071219812874")
except ValueError as e:
    print(type(e).__name__, e)
