"""A key is missing."""
import stripe
try:
    stripe.Customer.list()
except stripe.AuthenticationError as e:
    print(type(e).__name__)
