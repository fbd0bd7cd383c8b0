"""Parsing."""
import phonenumbers
print(phonenumbers.parse("+442083661177").country_code)
