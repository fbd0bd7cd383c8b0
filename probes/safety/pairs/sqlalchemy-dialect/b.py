"""Statements in the dialects of PostgreSQL, MySQL and Oracle, loaded by name."""
import sqlalchemy as sa
from sqlalchemy.dialects import registry
t = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.JSON))
for name in ("postgresql", "mysql", "mssql"):
    dialect = registry.load(name)()
    print(name, str(sa.select(t).limit(3).compile(dialect=dialect)).replace("\n", " "))
