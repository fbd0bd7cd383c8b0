"""A number of the United States."""
import phonenumbers
print(phonenumbers.is_valid_number(phonenumbers.parse("+12015550123")))
