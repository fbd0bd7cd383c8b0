"""A file, a back end by its name that is not installed, a parser, a socket."""
import mido
f = mido.MidiFile()
f.tracks.append(mido.MidiTrack([mido.MetaMessage("track_name", name="a"), mido.Message("note_on", note=3, time=9)]))
f.save("x.mid")
print(mido.MidiFile("x.mid").tracks[0])
try:
    mido.set_backend("mido.backends.portmidi", load=True)
except (ImportError, OSError) as e:
    print(type(e).__name__)
try:
    mido.get_output_names()
except (ImportError, OSError) as e:
    print(type(e).__name__)
from mido.sockets import parse_address
print(parse_address("h:1"))
