"""A constant."""
from pyvisa import constants
print(constants.StatusCode.success)
