"""A format guessed."""
from patoolib import get_archive_format
open("x.zip", "w").close()
try:
    print(get_archive_format("x.zip"))
except Exception as e:
    print(type(e).__name__)
