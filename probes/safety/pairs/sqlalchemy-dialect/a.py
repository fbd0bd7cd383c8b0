"""SQLite."""
import sqlalchemy as sa
with sa.create_engine("sqlite://").connect() as c:
    print(c.execute(sa.text("select 1")).scalar())
