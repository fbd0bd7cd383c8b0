"""A frame."""
from websockets.frames import Frame, Opcode
print(Frame(Opcode.TEXT, b"x").opcode.name)
