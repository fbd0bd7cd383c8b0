"""English."""
import dateparser
print(dateparser.parse("12 March 2026"))
