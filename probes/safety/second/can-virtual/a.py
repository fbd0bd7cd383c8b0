"""A message."""
import can
print(can.Message(arbitration_id=1, data=[1]))
