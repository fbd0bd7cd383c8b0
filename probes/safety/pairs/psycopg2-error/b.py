"""Pools, ranges, cursors, error codes."""
import psycopg2
from psycopg2 import errorcodes, pool, sql, extras
from psycopg2 import _range
print(errorcodes.lookup("42P01"), sql.SQL("x").string, psycopg2.errors.lookup("42P01").__name__, extras.RealDictCursor.__name__)
try:
    pool.SimpleConnectionPool(1, 1, "host=127.0.0.1 port=1")
except psycopg2.OperationalError as e:
    print(type(e).__name__)
