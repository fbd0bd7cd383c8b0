"""A message."""
import paramiko
m = paramiko.Message()
m.add_string("x")
print(len(m.asbytes()))
