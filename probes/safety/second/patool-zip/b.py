"""Archives written and unpacked, by modules of computed names."""
import os, zipfile, tarfile
import patoolib
with zipfile.ZipFile("x.zip", "w") as z:
    z.writestr("a", "b")
with tarfile.open("y.tar.bz2", "w:bz2") as t:
    t.add("x.zip")
for name in ("x.zip", "y.tar.bz2"):
    print(name, len(os.listdir(patoolib.extract_archive(name, outdir="o-" + name, verbosity=-1))))
try:
    patoolib.extract_archive("z.rar", verbosity=-1)
except patoolib.util.PatoolError as e:
    print(type(e).__name__)
