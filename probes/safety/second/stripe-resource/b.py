"""Resources loaded lazily, a hook's signature, a client, a refused connection, an object from JSON."""
import stripe
stripe.api_key = "sk_x"
stripe.api_base = "http://127.0.0.1:1"
stripe.max_network_retries = 0
print(stripe.checkout.Session.OBJECT_NAME, stripe.treasury.Transaction.OBJECT_NAME, stripe.Subscription.class_url())
print(stripe.Event.construct_from({"id": "e", "data": {"object": {"object": "invoice"}}}, "k").data.object.object)
try:
    stripe.Webhook.construct_event(b"{}", "t=1,v1=x", "s")
except stripe.SignatureVerificationError as e:
    print(type(e).__name__)
try:
    stripe.PaymentIntent.create(amount=1, currency="usd")
except stripe.APIConnectionError as e:
    print(type(e).__name__)
print(stripe.StripeClient("sk_x").v1.customers is not None)
