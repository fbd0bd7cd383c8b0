"""Anonymous credentials."""
from google.auth.credentials import AnonymousCredentials
print(AnonymousCredentials().valid)
