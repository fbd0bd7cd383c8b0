"""A simulated device: a back end found by its distribution's name, with a file of devices."""
import pyvisa
r = pyvisa.ResourceManager("@sim")
print(sorted(r.list_resources())[:2])
d = r.open_resource("ASRL1::INSTR", read_termination="\n", write_termination="\r\n")
print(d.query("?IDN"))
