"""From one dialect to others, optimised, executed, an error, lineage."""
import sqlglot
from sqlglot.executor import execute
from sqlglot.optimizer import optimize
for d in ("bigquery", "tsql", "snowflake", "oracle"):
    print(sqlglot.transpile("SELECT IFNULL(a, 1), DATE_ADD(b, INTERVAL 1 DAY) FROM t LIMIT 3", read="mysql", write=d))
print(optimize("select a from (select * from t)", schema={"t": {"a": "int"}}).sql())
print(execute("select a + 1 as b from t", tables={"t": [{"a": 1}]}).rows)
try:
    sqlglot.parse_one("select (", read="duckdb")
except sqlglot.ParseError as e:
    print(type(e).__name__)
