"""English."""
from mimesis import Person
print(bool(Person("en", seed=1).full_name()))
