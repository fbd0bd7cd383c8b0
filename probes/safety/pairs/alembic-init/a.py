"""A migration context."""
import sqlalchemy as sa
from alembic.migration import MigrationContext
with sa.create_engine("sqlite://").connect() as c:
    print(MigrationContext.configure(c).get_current_revision())
