"""Dates in English."""
import datetime
from babel.dates import format_date
print(format_date(datetime.date(2026, 3, 1), locale="en"))
