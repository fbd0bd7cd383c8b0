"""A zone of the tzdata distribution."""
import datetime
import zoneinfo
zoneinfo.reset_tzpath(())
print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")).isoformat())
