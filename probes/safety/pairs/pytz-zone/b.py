"""Kolkata, the zones of a country, and all names."""
import datetime
import pytz
print(pytz.timezone("Asia/Kolkata").localize(datetime.datetime(2026, 7, 1)).isoformat())
print(pytz.country_timezones("nz"), len(pytz.all_timezones) > 400, pytz.country_names["pl"])
