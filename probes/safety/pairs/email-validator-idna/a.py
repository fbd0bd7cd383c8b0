"""An address."""
from email_validator import validate_email
print(validate_email("a@b.com", check_deliverability=False).normalized)
