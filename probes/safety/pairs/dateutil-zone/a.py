"""A date parsed."""
from dateutil import parser
print(parser.parse("1 March 2026 10:00").isoformat())
