"""Another distribution's part: extensions, migration, a URL, reflection; MySQL refused."""
import peewee
from playhouse import db_url, migrate, reflection, shortcuts, sqlite_ext
db = db_url.connect("sqlite:///:memory:")
class M(peewee.Model):
    a = sqlite_ext.JSONField()
    class Meta: database = db
db.create_tables([M])
migrate.migrate(migrate.SqliteMigrator(db).add_column("m", "b", peewee.IntegerField(null=True)))
print(shortcuts.model_to_dict(M.create(a={"x": 1})), list(reflection.generate_models(db)))
try:
    db_url.connect("mysql://h/x").connect()
except (peewee.ImproperlyConfigured, ImportError) as e:
    print(e)
