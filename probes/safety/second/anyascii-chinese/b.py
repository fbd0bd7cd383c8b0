"""Chinese, Greek, emoji: tables block by block."""
from anyascii import anyascii
print(anyascii("深圳"), anyascii("Αθήνα"), anyascii("\U0001f600"), anyascii("サ"))
