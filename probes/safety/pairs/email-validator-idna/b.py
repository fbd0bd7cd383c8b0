"""An international domain, and a wrong address."""
from email_validator import EmailNotValidError, validate_email
print(validate_email("a@bücher.de", check_deliverability=False).ascii_domain)
try:
    validate_email("a@127.0.0.1", check_deliverability=False)
except EmailNotValidError as e:
    print(e)
