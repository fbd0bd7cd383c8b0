"""Others by their protocol's names: memory, zip, cached, data; compressed; one not installed."""
import zipfile
import fsspec
with fsspec.open("memory://x", "w") as f:
    f.write("hi")
print(fsspec.filesystem("memory").cat("/x"))
with zipfile.ZipFile("z.zip", "w") as z:
    z.writestr("a", "b")
for url in ("zip://a::z.zip", "simplecache::memory://x"):
    with fsspec.open(url) as f:
        print(f.read())
with fsspec.open("g.gz", "wt", compression="infer") as f:
    f.write("x")
with fsspec.open("data:,hello") as f:
    print(f.read())
try:
    fsspec.filesystem("gcs")
except ImportError as e:
    print(e)
