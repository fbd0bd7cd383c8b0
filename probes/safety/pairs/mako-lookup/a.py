"""A template."""
from mako.template import Template
print(Template("hello ${x}").render(x=1))
