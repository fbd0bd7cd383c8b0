"""A region in memory."""
from dogpile.cache import make_region
r = make_region().configure("dogpile.cache.memory")
r.set("a", 1)
print(r.get("a"))
