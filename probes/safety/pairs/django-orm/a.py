"""Settings and a signed value."""
from django.conf import settings
settings.configure(SECRET_KEY="k")
import django
django.setup()
from django.core.signing import Signer
print(Signer().unsign(Signer().sign("x")))
