"""A context."""
import zmq
print(zmq.Context().closed)
