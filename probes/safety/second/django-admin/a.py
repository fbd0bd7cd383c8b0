"""A signed value."""
from django.conf import settings
settings.configure(SECRET_KEY="x")
from django.core import signing
print(signing.loads(signing.dumps(1)))
