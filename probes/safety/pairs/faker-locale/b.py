"""Japanese and German: providers found by computed names."""
from faker import Faker
Faker.seed(1)
print(Faker("ja_JP").name(), Faker(["de_DE"]).address().replace("\n", ", "))
