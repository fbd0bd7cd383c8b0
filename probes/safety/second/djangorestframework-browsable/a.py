"""A serializer."""
from django.conf import settings
settings.configure(INSTALLED_APPS=["rest_framework"], ROOT_URLCONF=__name__, SECRET_KEY="x")
import django
django.setup()
from rest_framework import serializers
class S(serializers.Serializer):
    a = serializers.IntegerField()
print(S(data={"a": "1"}).is_valid())
