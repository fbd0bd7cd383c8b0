"""A channel without encryption."""
import grpc
print(grpc.insecure_channel("127.0.0.1:1") is not None)
