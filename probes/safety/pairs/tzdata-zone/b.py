"""Another continent, and the list of zones."""
import datetime
import zoneinfo
zoneinfo.reset_tzpath(())
print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("America/Argentina/Ushuaia")).isoformat())
print(len(zoneinfo.available_timezones()) > 400)
