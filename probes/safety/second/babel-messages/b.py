"""Catalogues read and checked, units, lists and territories in Czech, a time zone's name, plural rules."""
import io, datetime
from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_timedelta, get_timezone
from babel.lists import format_list
from babel.messages import Catalog, extract, pofile
from babel.units import format_unit
l = Locale.parse("cs_CZ")
print(l.territories["PL"], l.plural_form(3), format_unit(3, "length-meter", locale=l), format_list(["a", "b"], locale=l))
print(format_datetime(datetime.datetime(2026, 1, 1, tzinfo=get_timezone("Europe/Prague")), "full", locale=l), format_timedelta(datetime.timedelta(days=3), locale="ar"))
c = Catalog("de")
c.add("a %d", "b", flags=["python-format"])
out = io.BytesIO()
pofile.write_po(out, c, omit_header=True)
print(out.getvalue(), [len(e) for m, e in c.check()], [m[1] for m in extract.extract("python", io.BytesIO(b"_('x')"))])
try:
    Locale.parse("xx")
except UnknownLocaleError as e:
    print(e)
