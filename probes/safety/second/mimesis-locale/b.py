"""Polish and Japanese, an address, a schema, other data."""
from mimesis import Address, Finance, Food, Locale, Person, Text
print(Person(Locale.PL, seed=1).full_name(), Person(Locale.JA, seed=1).full_name(), Address(Locale.DE, seed=1).city())
print(Food(Locale.FR, seed=1).dish(), Finance(seed=1).company(), Text(Locale.RU, seed=1).word())
