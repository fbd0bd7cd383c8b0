"""A message."""
from google.protobuf import wrappers_pb2
print(wrappers_pb2.StringValue(value="a").SerializeToString())
