"""Recurrence, Easter, and a zone of dateutil's own archive."""
import datetime
from dateutil import easter, rrule, zoneinfo
tokyo = zoneinfo.get_zonefile_instance().get("Asia/Tokyo")
print(datetime.datetime(2026, 3, 1, tzinfo=tokyo).utcoffset(), easter.easter(2026))
print([d.day for d in rrule.rrule(rrule.WEEKLY, count=3, dtstart=datetime.datetime(2026, 3, 1))])
