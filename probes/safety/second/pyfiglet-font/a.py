"""The standard font."""
import pyfiglet
print(pyfiglet.figlet_format("a"))
