"""A file of unknown kind, another's comment, an error."""
import io
import mutagen, mutagen.flac, mutagen.oggvorbis, mutagen.easyid3
try:
    print(mutagen.File(io.BytesIO(b"x" * 999)))
except mutagen.MutagenError as e:
    print(e)
t = mutagen.easyid3.EasyID3()
t["title"] = "a"
t.save("x.mp3")
print(mutagen.easyid3.EasyID3("x.mp3"))
try:
    mutagen.flac.FLAC(io.BytesIO(b"x"))
except mutagen.MutagenError as e:
    print(e)
