"""A client without a server, an SRV address, GridFS, JSON, asynchronous."""
import asyncio
import pymongo, gridfs, bson.json_util
from pymongo import errors
c = pymongo.MongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=200)
try:
    c.admin.command("ping")
except errors.ServerSelectionTimeoutError as e:
    print(type(e).__name__)
print(gridfs.GridFSBucket(c.x) is not None, bson.json_util.dumps({"a": bson.ObjectId("0" * 24)}))
try:
    pymongo.MongoClient("mongodb+srv://h.invalid")
except (errors.ConfigurationError, errors.InvalidURI) as e:
    print(type(e).__name__)
async def main():
    async with pymongo.AsyncMongoClient("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=100) as a:
        try:
            await a.admin.command("ping")
        except errors.PyMongoError as e:
            print(type(e).__name__)
asyncio.run(main())
