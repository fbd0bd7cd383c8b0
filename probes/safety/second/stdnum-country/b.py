"""Numbers of countries by module name, and prefixes from tables."""
import stdnum
from stdnum import get_cc_module, isbn, imsi
print(get_cc_module("pl", "nip").is_valid("8567346215"), get_cc_module("nl", "bsn").format("111222333"))
print(isbn.split("9780471117094"), imsi.info("460001234567890")["mcc"])
