"""A database opened: a back end by its name in a URL; a model by its module's name."""
from tortoise import Tortoise, fields, run_async
from tortoise.models import Model
class M(Model):
    id = fields.IntField(primary_key=True)
    a = fields.CharField(9, null=True)
async def main():
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["__main__"]})
    await Tortoise.generate_schemas()
    await M.create(a="x")
    print(await M.filter(a__icontains="X").values())
    await Tortoise.close_connections()
run_async(main())
