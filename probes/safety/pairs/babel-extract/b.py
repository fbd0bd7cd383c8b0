"""Extracting messages with a method found by its name, into a catalogue and compiled."""
import io
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
catalog = Catalog(locale="fr")
for line, message, comments, context in extract("python", io.BytesIO(b'x = _("hello")')):
    catalog.add(message, "salut", locations=[("x.py", line)])
out = io.BytesIO()
write_mo(out, catalog)
print(len(out.getvalue()), catalog.num_plurals, catalog.plural_expr)
