"""English."""
from faker import Faker
Faker.seed(1)
print(Faker().name())
