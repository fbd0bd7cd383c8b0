"""A message."""
import mido
print(mido.Message("note_on", note=3))
