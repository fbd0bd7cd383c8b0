"""Languages, currencies, regions, and a translated name."""
import gettext
import pycountry
print(pycountry.languages.get(alpha_2="pl").name, pycountry.currencies.get(alpha_3="PLN").numeric)
print(pycountry.subdivisions.get(code="PL-14").name)
print(gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=["de"]).gettext("Poland"))
