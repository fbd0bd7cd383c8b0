"""A queue in memory."""
from kombu import Connection
with Connection("memory://") as c:
    q = c.SimpleQueue("q")
    q.put({"a": 1})
    print(q.get(timeout=2).payload)
