"""The local zone."""
import os
os.environ["TZ"] = "UTC"
import tzlocal
print(tzlocal.get_localzone_name())
