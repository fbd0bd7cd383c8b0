"""A certificate, a key in OpenSSH form, HKDF."""
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
key = ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "h")])
start = datetime.datetime(2026, 1, 1)
cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start).sign(key, None))
print(cert.subject.rfc4514_string(), len(HKDF(hashes.SHA256(), 16, b"", b"").derive(b"k")))
print(key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode())
