"""A model in SQLite."""
from peewee import CharField, Model, SqliteDatabase
db = SqliteDatabase(":memory:")
class M(Model):
    a = CharField()
    class Meta: database = db
db.create_tables([M])
print(M.create(a="x").id)
