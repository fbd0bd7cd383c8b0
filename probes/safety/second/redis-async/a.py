"""A pipeline without a server."""
import redis
print(len(redis.Redis().pipeline().set("a", 1)))
