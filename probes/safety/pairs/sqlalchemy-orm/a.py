"""Core only."""
import sqlalchemy as sa
print(sa.select(sa.literal(1) + 2))
