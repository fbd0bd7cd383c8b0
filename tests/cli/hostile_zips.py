"""Writes archives that no reader should trust, and some odd ones that are right.

    hostile_zips.py DIR [small]     without the large ones; one line each: FILE <TAB> what the refusal says, or "ok" and the names
"""

import io
import os
import stat
import struct
import sys
import zipfile
import zlib

cases = []


def case(name, expected):
    def add(make):
        cases.append((name + ".zip", expected, make))
        return make

    return add


class Raw:
    """An archive written field by field, so that every field can lie."""

    def __init__(self):
        self.data, self.directory, self.n = b"", b"", 0

    def add(self, name, content=b"x", *, method=8, mode=0o100644, system=3, flags=0, crc=None,
            size=None, packed=None, body=None, offset=None, local_name=None, local_method=None,
            local_crc=None, local_size=None, extra=b"", local_extra=b"", local=True):
        name = name.encode() if isinstance(name, str) else name
        if body is None:
            c = zlib.compressobj(9, zlib.DEFLATED, -15)
            body = c.compress(content) + c.flush() if method == 8 else content
        crc = zlib.crc32(content) if crc is None else crc
        size = len(content) if size is None else size
        packed = len(body) if packed is None else packed
        offset = len(self.data) if offset is None else offset
        if local:
            local_name = name if local_name is None else local_name
            self.data += struct.pack(
                "<4s5H3I2H", b"PK\3\4", 20, flags, method if local_method is None else local_method,
                0, 33, crc if local_crc is None else local_crc, packed,
                size if local_size is None else local_size, len(local_name), len(local_extra))
            self.data += local_name + local_extra + body
        self.directory += struct.pack(
            "<4s6H3I5H2I", b"PK\1\2", system << 8 | 20, 20, flags, method, 0, 33, crc, packed, size,
            len(name), len(extra), 0, 0, 0, mode << 16, offset) + name + extra
        self.n += 1
        return self

    def end(self, *, n=None, size=None, offset=None, comment=b"", disk=0, zip64=b""):
        n = self.n if n is None else n
        at = len(self.data) if offset is None else offset
        size = len(self.directory) if size is None else size
        return self.data + self.directory + zip64 + struct.pack(
            "<4s4H2IH", b"PK\5\6", disk, 0, n & 0xFFFF, n & 0xFFFF, size, at, len(comment)) + comment

    def end64(self, *, n=None, size=None, offset=None, old_n=0xFFFF, old_offset=0xFFFFFFFF,
              locator=None):
        at = len(self.data)
        n = self.n if n is None else n
        size = len(self.directory) if size is None else size
        offset = at if offset is None else offset
        record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, n, n, size, offset)
        where = at + len(self.directory) if locator is None else locator
        record += struct.pack("<4sIQI", b"PK\6\7", 0, where, 1)
        return self.end(n=old_n, offset=old_offset, zip64=record)


def plain():
    return Raw().add("python/a.py", b"print('a')\n" * 20).add("python/b/c.py", b"C = 1\n")


OK_PLAIN = "ok python/a.py python/b/c.py"

# --- names ----------------------------------------------------------------------------------------

for title, name, said in (
    ("absolute", "/etc/cron.d/x", "absolute"),
    ("drive", "C:/x.py", "absolute"),
    ("slip", "../../home/x/.bashrc", "'..'"),
    ("slip-inside", "python/../../x.py", "'..'"),
    ("slip-end", "python/..", "'..'"),
    ("nul", b"python/a.py\0.txt", "ambiguous"),
    ("empty-name", "", "ambiguous"),
    ("long-name", "a/" * 1500 + "b", "longer or deeper"),
    ("long-part", "a" * 300, "longer or deeper"),
    ("very-long-name", "a/" * 32000 + "b", "longer or deeper"),
):
    case(title, said)(lambda name=name: plain().add(name).end())
case("backslash-dos", "ambiguous")(lambda: plain().add("python\\..\\x.py", system=0).end())
case("backslash-unix", OK_PLAIN + " python/a\\x2db")(lambda: plain().add("python/a\\x2db").end())
case("twice", "two items")(lambda: plain().add("python/a.py", b"other").end())
case("twice-by-dots", "two items")(lambda: plain().add("./python//a.py", b"other").end())
case("file-and-directory", "two items")(lambda: plain().add("python/a.py/", b"").end())
case("below-a-file", "no directory")(lambda: plain().add("python/a.py/x.py").end())
case("case", OK_PLAIN + " python/A.py")(lambda: plain().add("python/A.py").end())
case("dots", "ok python/a.py python/x.py")(
    lambda: Raw().add("./", b"", mode=0o40755).add("./python/a.py").add("python/./x.py").end())
case("second-name", "ambiguous")(lambda: plain().add(
    "python/x.py", extra=struct.pack("<HHBI", 0x7075, 10, 1, 0) + b"y.pyz").end())

# --- types ----------------------------------------------------------------------------------------

LINK = stat.S_IFLNK | 0o777
case("link", OK_PLAIN + " python/l")(lambda: plain().add("python/l", b"b/../a.py", mode=LINK).end())
case("link-absolute", "leads out")(lambda: plain().add("l", b"/etc/passwd", mode=LINK).end())
case("link-up", "leads out")(lambda: plain().add("python/l", b"../../x", mode=LINK).end())
case("link-down-and-up", "leads out")(lambda: plain().add("l", b"a/../../x", mode=LINK).end())
case("link-empty", "no sane target")(lambda: plain().add("l", b"", mode=LINK).end())
case("link-nul", "no sane target")(lambda: plain().add("l", b"a\0b", mode=LINK).end())
case("link-long", "no sane target")(lambda: plain().add("l", b"a" * 5000, mode=LINK).end())
case("below-a-link", "no directory")(
    lambda: Raw().add("l", b"python", mode=LINK).add("l/x.py").end())
case("device", "no file, directory")(
    lambda: plain().add("null", b"", mode=stat.S_IFCHR | 0o666).end())
case("directory-without-slash", "no file, directory")(
    lambda: plain().add("d", b"", mode=0o40755).end())
case("directory-with-content", "sizes")(lambda: plain().add("d/", b"x", mode=0o40755).end())

# --- content --------------------------------------------------------------------------------------

case("crc", "damaged")(lambda: plain().add("libx.so", b"\x7fELF" + b"x" * 99, crc=1).end())
case("longer", "not as long")(
    lambda: plain().add("libx.so", b"\x7fELF" + b"x" * 99, size=102).end())
case("shorter", "not as long")(
    lambda: plain().add("libx.so", b"\x7fELF" + b"x" * 99, size=104).end())
case("stored-sizes", "sizes")(lambda: plain().add("x.py", b"abc", method=0, size=2).end())
case("beyond-the-file", "sizes")(lambda: plain().add("x.py", packed=1 << 30).end())
case("expands-too-far", "sizes")(lambda: plain().add("x.py", size=1 << 30).end())
case("garbage", "damaged")(lambda: plain().add("libx.so", b"\x7fELF", body=b"\xff" * 40).end())
case("packed-shorter", "cannot read")(
    lambda: plain().add("libx.so", os.urandom(99), packed=50, local=True).end())
case("encrypted", "encrypted")(lambda: plain().add("x.py", flags=1).end())
case("encrypted-strongly", "encrypted")(lambda: plain().add("x.py", flags=1 << 6).end())
case("local-name", "contradicts")(
    lambda: plain().add("libx.so", b"\x7fELF", local_name=b"liby.so").end())
case("local-method", "contradicts")(
    lambda: plain().add("libx.so", b"\x7fELF", method=0, local_method=8).end())
case("local-crc", "contradicts")(lambda: plain().add("libx.so", b"\x7fELF", local_crc=1).end())
case("local-size", "contradicts")(lambda: plain().add("libx.so", b"\x7fELF", local_size=1).end())
case("no-local-header", "contradicts")(
    lambda: plain().add("libx.so", b"\x7fELF").end().replace(b"PK\3\4", b"PK\3\5"))


@case("method", "other than deflate")
def _():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as z:
        z.writestr("x.py", "x")
    return out.getvalue()


# --- places ---------------------------------------------------------------------------------------

case("overlap-same", "overlaps")(
    lambda: plain().add("x.py", b"print('a')\n" * 20, local=False, offset=0).end())
case("behind-the-directory", "overlaps")(lambda: plain().add("x.py", offset=1 << 20).end())


@case("overlap-quoted", "overlaps")
def _():
    # As in Fifield's bomb: one kernel, each local header quoted by the stream before it.
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = kernel.compress(b"\0" * 1000000) + kernel.flush()
    raw, body = Raw(), kernel
    raw.add("z", b"\0" * 1000000, body=kernel)
    for k in range(20):
        raw.add(f"z{k}", local=False, offset=0, packed=len(body), size=1000000, crc=0)
    return raw.end()


@case("extra-overlap", "overlaps")
def _():
    raw = Raw().add("liba.so", b"\x7fELF" * 9, method=0, local_extra=b"\0" * 20)
    raw.data = raw.data[:-20]  # the extra field pushes the data into the next item
    return raw.add("b.py").end()


# --- bombs and floods -----------------------------------------------------------------------------


@case("bomb", "zip bomb")
def _():
    zeros = b"\0" * 10000000
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, crc, raw = c.compress(zeros) + c.flush(), zlib.crc32(zeros), Raw()
    for k in range(150):
        raw.add(f"z{k}", body=body, size=len(zeros), crc=crc)
    return raw.end()


@case("implied-directories", "imply too many")
def _():
    raw = Raw()
    for k in range(1000):
        raw.add(f"{k}/" + ("x" * 25 + "/") * 120 + "f", method=0)
    return raw.end()


@case("many", "ok 70000")
def _():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        for k in range(70000):
            z.writestr(f"python/{k}.py", "")
    return out.getvalue()


@case("many-without-zip64", "ok 65538")
def _():
    raw = Raw()
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, 9, 0)
    head = struct.pack("<4s6H3I5H2I", b"PK\1\2", 3 << 8, 20, 0, 0, 0, 33, 0, 0, 0, 9, 0, 0, 0, 0, 0,
                       0)[:-4]
    names = [b"%09d" % k for k in range(65538)]
    raw.data = b"".join(local + name for name in names)
    raw.directory = b"".join(head + struct.pack("<I", k * 39) + name
                             for k, name in enumerate(names))
    raw.n = 65538
    return raw.end()


# --- the end record -------------------------------------------------------------------------------

case("comment", OK_PLAIN)(lambda: plain().end(comment=b"signed by nobody"))
case("in-front", OK_PLAIN)(lambda: b"#!/usr/bin/python3\n" + plain().end())
case("two-ends", "two end records")(
    lambda: plain().end(comment=struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0, 0)))
case("bytes-behind", "no end record")(lambda: plain().end() + b"x")
case("count-low", "number of items")(lambda: plain().end(n=1))
case("count-high", "number of items")(lambda: plain().end(n=9))
case("directory-short", "directory is damaged")(lambda: plain().end(size=60))
case("directory-outside", "outside")(lambda: plain().end(offset=1 << 30))
case("directory-huge", "outside")(lambda: plain().end(size=1 << 30))
case("parts", "one part of several")(lambda: plain().end(disk=1))
case("nothing", "no end record")(lambda: b"")
case("text", "no end record")(lambda: b"hello\n" * 50)
case("empty", "nothing is kept")(lambda: Raw().end())

# --- ZIP64 ----------------------------------------------------------------------------------------

case("zip64", OK_PLAIN)(lambda: plain().end64())
case("zip64-item", OK_PLAIN + " x.py")(lambda: plain().add(
    "x.py", b"abc", method=0, size=0xFFFFFFFF, local_size=0xFFFFFFFF,
    extra=struct.pack("<HHQ", 1, 8, 3), local_extra=struct.pack("<HHQQ", 1, 16, 3, 3)).end())
case("zip64-count", "number of items")(lambda: plain().end64(n=1 << 19))
case("zip64-count-huge", "larger than what is read")(lambda: plain().end64(n=1 << 40))
case("zip64-contradiction", "contradict")(lambda: plain().end64(old_n=1))
case("zip64-offset-contradiction", "contradict")(lambda: plain().end64(old_offset=1))
case("zip64-size", "contradict")(lambda: plain().end64(size=1 << 63))
case("zip64-offset", "outside")(lambda: plain().end64(offset=(1 << 64) - 1))
case("zip64-locator", "contradict")(lambda: plain().end64(locator=1 << 50))
case("zip64-no-extra", "sizes")(lambda: plain().add("x.py", size=0xFFFFFFFF).end())
case("zip64-short-extra", "sizes")(
    lambda: plain().add("x.py", size=0xFFFFFFFF, extra=struct.pack("<HHI", 1, 4, 3)).end())
case("zip64-huge-size", "sizes")(lambda: plain().add(
    "x.py", size=0xFFFFFFFF, extra=struct.pack("<HHQ", 1, 8, 1 << 62)).end())


class Pipe(io.RawIOBase):
    """An output that cannot seek, so that zipfile writes data descriptors."""

    def __init__(self):
        super().__init__()
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


@case("data-descriptors", "ok python/a.py python/b.py")
def _():
    out = Pipe()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("python/a.py", "a" * 1000)
        with z.open("python/b.py", "w", force_zip64=True) as f:
            f.write(b"b" * 1000)
    return out.bytes


LARGE = {"bomb.zip", "implied-directories.zip", "many.zip", "many-without-zip64.zip"}


def main():
    for name, expected, make in cases:
        if name in LARGE and sys.argv[2:] == ["small"]:
            continue
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            f.write(make())
        print(name, expected, sep="\t")


main()
