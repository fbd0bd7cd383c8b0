"""BSON."""
import bson
print(bson.decode(bson.encode({"a": 1})))
