"""The names of locales."""
from babel import Locale
print(Locale.parse("en_GB").display_name)
