"""Quoting."""
from psycopg2.extensions import adapt
print(adapt(3).getquoted())
