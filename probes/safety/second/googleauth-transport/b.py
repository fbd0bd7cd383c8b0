"""A signed token, transports, impersonation, a default that is not found."""
import json, os
os.environ.update(NO_GCE_CHECK="true", CLOUDSDK_CONFIG="/nonexistent", GCE_METADATA_IP="127.0.0.1", GCE_METADATA_TIMEOUT="1")
import google.auth, google.auth.exceptions, google.auth.jwt, google.auth.crypt
import google.auth.transport.requests, google.oauth2.service_account, google.auth.impersonated_credentials
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import rsa
pem = rsa.generate_private_key(65537, 2048).private_bytes(s.Encoding.PEM, s.PrivateFormat.TraditionalOpenSSL, s.NoEncryption()).decode()
c = google.oauth2.service_account.Credentials.from_service_account_info(
    {"client_email": "a@b", "private_key": pem, "token_uri": "http://127.0.0.1:1/", "type": "service_account"})
print(google.auth.jwt.decode(google.auth.jwt.encode(c.signer, {"a": 1, "iat": 1, "exp": 9999999999}), verify=False)["a"])
try:
    c.with_scopes(["x"]).refresh(google.auth.transport.requests.Request())
except google.auth.exceptions.TransportError as e:
    print(type(e).__name__)
try:
    google.auth.default()
except google.auth.exceptions.DefaultCredentialsError as e:
    print(type(e).__name__)
