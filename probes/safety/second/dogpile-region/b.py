"""Other back ends by their names, one that is not installed, a proxy."""
from dogpile.cache import make_region
r = make_region().configure("dogpile.cache.dbm", arguments={"filename": "x.dbm"})
r.set("a", 1)
print(r.get("a"), make_region().configure("dogpile.cache.null").get("a"))
try:
    make_region().configure("dogpile.cache.pylibmc", arguments={"url": "h"}).get("a")
except ImportError as e:
    print(e)
try:
    make_region().configure("dogpile.cache.nothing")
except Exception as e:
    print(type(e).__name__, e)
