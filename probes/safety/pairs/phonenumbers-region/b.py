"""Numbers of Poland and New Zealand, formatted; short numbers."""
import phonenumbers
for text in ("+48221234567", "+6493733333"):
    n = phonenumbers.parse(text)
    print(phonenumbers.format_number(n, phonenumbers.PhoneNumberFormat.INTERNATIONAL), phonenumbers.is_valid_number(n))
print(phonenumbers.is_emergency_number("112", "DE"), phonenumbers.example_number("JP").national_number)
