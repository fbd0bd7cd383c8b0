"""Dates and money in Polish and Japanese."""
import datetime
from babel.dates import format_date
from babel.numbers import format_currency
day = datetime.date(2026, 3, 1)
print(format_date(day, "full", locale="pl"), format_date(day, "full", locale="ja"))
print(format_currency(1234.5, "PLN", locale="pl"))
