"""A model."""
from tortoise import fields
from tortoise.models import Model
class M(Model):
    id = fields.IntField(primary_key=True)
print(M.__name__)
