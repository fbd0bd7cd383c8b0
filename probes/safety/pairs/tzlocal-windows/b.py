"""A zone of another continent, by the environment."""
import os
os.environ["TZ"] = "Asia/Tokyo"
import zoneinfo
zoneinfo.reset_tzpath(())
import tzlocal
from tzlocal import windows_tz
print(tzlocal.get_localzone().key, windows_tz.win_tz["Tokyo Standard Time"])
