"""Ports by URL: handlers of computed names; RFC 2217; a list of ports; a terminal's help."""
import serial, serial.rfc2217, serial.tools.list_ports, serial.threaded
s = serial.serial_for_url("loop://", timeout=1)
s.write(b"hi")
print(s.read(2), serial.serial_for_url("spy://loop://?file=x", do_not_open=True).name)
print(list(serial.tools.list_ports.grep("none")))
try:
    serial.serial_for_url("socket://127.0.0.1:1")
except serial.SerialException as e:
    print(type(e).__name__)
try:
    serial.serial_for_url("nothing://")
except ValueError as e:
    print(e)
