"""The United States."""
import holidays
print(holidays.country_holidays("US", years=2026).get("2026-07-04"))
