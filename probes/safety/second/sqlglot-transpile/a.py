"""A statement."""
import sqlglot
print(sqlglot.parse_one("select 1").sql())
