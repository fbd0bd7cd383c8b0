"""Poland, Japan in English, and an exchange."""
import holidays
print(holidays.country_holidays("PL", years=2026).get("2026-05-03"))
print(holidays.country_holidays("JP", years=2026, language="en_US").get("2026-01-01"))
print(holidays.financial_holidays("NYSE", years=2026).get("2026-12-25"))
