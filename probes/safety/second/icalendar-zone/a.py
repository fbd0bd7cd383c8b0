"""An event."""
from icalendar import Event
print(Event().to_ical())
