"""A calendar with zones: names of Windows, a zone of its own, a rule, an alarm, an error."""
import icalendar
text = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=W. Europe Standard Time:20260301T100000\r\n"
        "RRULE:FREQ=DAILY;COUNT=2\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
c = icalendar.Calendar.from_ical(text)
e = c.walk("VEVENT")[0]
print(e["DTSTART"].dt.isoformat(), e["RRULE"].to_ical(), len(c.walk("VALARM")))
c.add_missing_timezones()
print(len(c.timezones))
try:
    icalendar.Calendar.from_ical("BEGIN:X\r\nEND:Y")
except ValueError as x:
    print(type(x).__name__)
