"""A template without errors."""
from jinja2 import Environment
print(Environment().from_string("{% for i in x %}{{ i }}{% endfor %}").render(x=[1, 2]))
