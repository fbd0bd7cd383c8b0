"""Buses by their names, files by their endings, one whose driver is missing, a notifier."""
import can
a, b = can.Bus("x", interface="virtual"), can.Bus("x", interface="virtual")
a.send(can.Message(arbitration_id=1, data=[1], timestamp=1))
print(b.recv(1).data)
for name in ("x.asc", "x.csv", "x.blf", "x.db", "x.log"):
    with can.Logger(name) as log:
        log(can.Message(arbitration_id=1, data=[1], timestamp=1))
    print(name, [m.arbitration_id for m in can.LogReader(name)])
a.shutdown(), b.shutdown()
try:
    can.Bus("x", interface="pcan")
except (can.CanError, OSError) as e:
    print(type(e).__name__)
try:
    can.Bus("x", interface="nothing")
except can.CanError as e:
    print(str(e)[:40])
