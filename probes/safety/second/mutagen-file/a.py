"""A tag."""
from mutagen.id3 import TIT2
print(TIT2(encoding=3, text="a"))
