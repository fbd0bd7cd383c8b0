"""A form with errors in Polish, dates in Polish, a filter library."""
from django.conf import settings
settings.configure(TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}], LANGUAGE_CODE="pl", USE_I18N=True, INSTALLED_APPS=["django.contrib.humanize", "django.forms"])
import datetime
import django
django.setup()
from django import forms
from django.template import engines
class F(forms.Form):
    e = forms.EmailField()
print(F({"e": "x"}).errors["e"][0], "<input" in str(F()))
print(engines["django"].from_string("{% load humanize %}{{ d|date:'j F' }} {{ n|intcomma }}").render({"d": datetime.date(2026, 3, 1), "n": 12345}))
