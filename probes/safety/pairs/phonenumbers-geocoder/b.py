"""Where a number is, in German; its carrier and time zone."""
import phonenumbers
from phonenumbers import carrier, geocoder, timezone
n = phonenumbers.parse("+493012345678")
print(geocoder.description_for_number(n, "de"), timezone.time_zones_for_number(n))
print(carrier.name_for_number(phonenumbers.parse("+447400123456"), "en"))
