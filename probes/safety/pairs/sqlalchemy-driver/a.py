"""SQLite with a table."""
import sqlalchemy as sa
engine = sa.create_engine("sqlite://")
meta = sa.MetaData()
sa.Table("t", meta, sa.Column("a", sa.Integer))
meta.create_all(engine)
print(sa.inspect(engine).get_table_names())
