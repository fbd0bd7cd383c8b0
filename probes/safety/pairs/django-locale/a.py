"""A template."""
from django.conf import settings
settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
import django
django.setup()
from django.template import engines
print(engines["django"].from_string("hello {{ x }}").render({"x": 1}))
