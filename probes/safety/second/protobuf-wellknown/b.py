"""JSON and text, types known by name, a message made at run time."""
from google.protobuf import any_pb2, json_format, text_format, timestamp_pb2, struct_pb2, duration_pb2, wrappers_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, field_mask_pb2
a = any_pb2.Any()
a.Pack(timestamp_pb2.Timestamp(seconds=1))
print(json_format.MessageToJson(a), text_format.MessageToString(struct_pb2.Value(number_value=1)))
f = descriptor_pb2.FileDescriptorProto(name="x.proto", package="x", syntax="proto3")
m = f.message_type.add(name="M")
m.field.add(name="a", number=1, type=9, label=1)
pool = descriptor_pool.DescriptorPool()
pool.Add(f)
print(message_factory.GetMessageClass(pool.FindMessageTypeByName("x.M"))(a="b"))
try:
    json_format.Parse('{"b": 1}', wrappers_pb2.Int32Value())
except json_format.ParseError as e:
    print(e)
