"""Berlin."""
import datetime
import pytz
print(pytz.timezone("Europe/Berlin").localize(datetime.datetime(2026, 7, 1)).isoformat())
