"""A port that does not exist."""
import serial
try:
    serial.Serial("/dev/none")
except serial.SerialException as e:
    print(type(e).__name__)
