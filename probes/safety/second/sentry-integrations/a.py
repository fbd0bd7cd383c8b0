"""The package."""
import sentry_sdk
print(sentry_sdk.is_initialized())
