"""A lookup, an error page, an extractor of messages."""
import io
from mako import exceptions
from mako.ext.babelplugin import extract
from mako.lookup import TemplateLookup
lookup = TemplateLookup()
lookup.put_string("base", "<${self.body()}>")
lookup.put_string("t", "<%inherit file='base'/>x")
print(lookup.get_template("t").render().strip())
try:
    lookup.put_string("bad", "${1 // 0}")
    lookup.get_template("bad").render()
except ZeroDivisionError:
    print("ZeroDivisionError" in exceptions.text_error_template().render(), b"<html>" in exceptions.html_error_template().render())
print(len(list(extract(io.BytesIO(b'${_("hi")}'), ["_"], [], {}))))
