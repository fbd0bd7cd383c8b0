"""A template from a string."""
from jinja2 import Template
print(Template("hello {{ name }}").render(name="world"))
