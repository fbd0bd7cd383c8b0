"""Polish, Japanese, found in text, with a time zone."""
import dateparser
from dateparser.search import search_dates
print(dateparser.parse("12 marca 2026"), dateparser.parse("2026年3月12日"))
print(dateparser.parse("12 March 2026 10:00 EST", settings={"TO_TIMEZONE": "UTC"}))
print(search_dates("El 5 de mayo de 2026", languages=["es"]))
