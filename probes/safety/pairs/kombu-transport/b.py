"""A transport by its alias, another serializer, compressed."""
import tempfile
from kombu import Connection
folder = tempfile.mkdtemp()
options = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": folder}
with Connection("filesystem://", transport_options=options) as c:
    q = c.SimpleQueue("q", serializer="yaml", compression="bzip2")
    q.consumer.accept = {"application/x-yaml"}
    q.put({"a": 1})
    print(q.get(timeout=2).payload)
