"""Started: integrations by names in strings, those of other distributions if they are there; an event."""
import logging
import sentry_sdk
got = []
sentry_sdk.init(dsn="http://k@127.0.0.1:1/1", before_send=lambda e, h: got.append(e), traces_sample_rate=0)
try:
    1 / 0
except ZeroDivisionError:
    sentry_sdk.capture_exception()
logging.error("x")
print([e.get("level") for e in got], got[0]["exception"]["values"][0]["stacktrace"]["frames"][0]["lineno"])
i = sentry_sdk.get_client().integrations
print([n in i for n in ("logging", "django", "flask", "redis", "aiohttp", "sqlalchemy", "fastapi")])
