"""Refused: plain, asynchronous, cluster, sentinel, and a search's index."""
import asyncio
import redis, redis.asyncio, redis.cluster, redis.sentinel
from redis.commands.search.query import Query
url = "redis://127.0.0.1:1/0"
try:
    redis.from_url(url, retry=None).ping()
except redis.ConnectionError as e:
    print(e)
async def main():
    try:
        await redis.asyncio.from_url(url, retry=None).ping()
    except redis.ConnectionError as e:
        print(type(e).__name__)
asyncio.run(main())
print(Query("a").paging(0, 3).get_args(), redis.Redis().ft("x").index_name, redis.Redis().json() is not None)
try:
    redis.cluster.RedisCluster.from_url(url)
except Exception as e:
    print(type(e).__name__)
