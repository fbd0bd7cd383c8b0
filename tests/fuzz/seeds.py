"""Writes the seeds of the fuzz targets: small, and the same each time.

    seeds.py DIR     DIR/TARGET/NAME
"""

import os
import shutil
import struct
import subprocess
import sys
import tempfile

SMALL = 4096
here = os.path.dirname(os.path.abspath(__file__))


def write(target, name, data):
    os.makedirs(os.path.join(sys.argv[1], target), exist_ok=True)
    with open(os.path.join(sys.argv[1], target, name), "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


# --- zips: those of tests/cli ---------------------------------------------------------------------


def zips():
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([sys.executable, os.path.join(here, "../cli/hostile_zips.py"), d, "small"],
                       check=True, stdout=subprocess.DEVNULL)
        for name in sorted(os.listdir(d)):
            if os.path.getsize(os.path.join(d, name)) <= SMALL:
                with open(os.path.join(d, name), "rb") as f:
                    write("zip", name, f.read())


# --- ELF ------------------------------------------------------------------------------------------


class Elf:
    """A shared library without code: text, a dynamic section, versions, and what strip takes."""

    def __init__(self, wide, big, behind):
        self.order, self.wide = ">" if big else "<", wide
        word = "Q" if wide else "I"
        dyn = "qQ" if wide else "iI"
        strings = b"\0libm.so.6\0libx.so\0$ORIGIN/../x.libs:/opt/lib\0GLIBC_2.34\0"
        dynamic = b"".join(self.pack(dyn, *d) for d in
                           ((1, 1), (14, 11), (29, 19), (5, 0x200), (0, 0)))
        need = self.pack("HHIII", 1, 1, 1, 16, 0) + self.pack("IHHII", 0, 0, 2, 47, 0)
        names = b"\0.text\0.dynstr\0.dynamic\0.gnu.version_r\0.comment\0.debug_info\0.symtab\0" \
                b".strtab\0.shstrtab\0.note.x\0.gnu_debuglink\0"
        sections = [  # name, type, flags, data, link, info
            (b".text", 1, 6, b"T" * 32, 0, 0), (b".dynstr", 3, 2, strings, 0, 0),
            (b".dynamic", 6, 3, dynamic, 2, 0), (b".gnu.version_r", 0x6ffffffe, 2, need, 2, 1),
            (b".comment", 1, 0x30, b"GCC\0", 0, 0), (b".debug_info", 1, 0, b"D" * 60, 0, 0),
            (b".note.x", 7, 0, self.pack("III", 4, 0, 1) + b"abc\0", 0, 0),
            (b".gnu_debuglink", 1, 0, b"x.debug\0" + b"\1\2\3\4", 0, 0),
            (b".symtab", 2, 0, bytes(48 if wide else 32), 10, 1), (b".strtab", 3, 0, b"\0f\0", 0, 0),
            (b".shstrtab", 3, 0, names, 0, 0)]
        ehsize, phsize, shsize = (64, 56, 64) if wide else (52, 32, 40)
        body, headers = b"", [self.pack("II4" + word + "II2" + word, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)]
        start = ehsize + 3 * phsize
        loaded = 0
        for name, kind, flags, data, link, info in sections:
            body += bytes(-(start + len(body)) % 8)
            at = start + len(body)
            headers.append(self.pack("II4" + word + "II2" + word, names.index(b"\0" + name + b"\0")
                                     + 1, kind, flags, at if flags & 2 else 0, at, len(data), link,
                                     info, 8, 16 if kind == 6 else 0))
            body += data
            if flags & 2:
                loaded = start + len(body)
        table = start + len(body) + (-(start + len(body)) % 8)
        body += bytes(table - start - len(body)) + b"".join(headers)
        end = start + len(body)
        segments = [(1, 0, loaded), (6, ehsize, 3 * phsize), (0x6474e552, 0, loaded)]
        if behind:  # as patchelf makes it
            segments[1] = (1, end, 16)
            body += b"L" * 16
        ident = b"\x7fELF" + bytes((2 if wide else 1, 2 if big else 1, 1)) + bytes(9)
        self.data = ident + self.pack("HHI3" + word + "I6H", 3, 62 if not big else 22, 1, 0, ehsize,
                                      table, 0, ehsize, phsize, len(segments), shsize,
                                      len(headers), len(headers) - 1)
        for kind, at, size in segments:
            flags = 4
            fields = (kind, flags, at, at, at, size, size, 4096) if wide else \
                (kind, at, at, at, size, size, flags, 4096)
            self.data += self.pack("II6Q" if wide else "8I", *fields)
        self.data += body

    def pack(self, form, *values):
        return struct.pack(self.order + form, *values)


def elves():
    for wide in (False, True):
        for big in (False, True):
            for behind in (False, True):
                data = Elf(wide, big, behind).data
                name = f"elf{64 if wide else 32}-{'msb' if big else 'lsb'}{'-behind' * behind}"
                write("elf", name, data)
                write("strip", name, data)
    write("strip", "archive", b"!<arch>\n" + b"x" * 60)
    write("strip", "script", b"#!/bin/sh\n")


# --- texts ----------------------------------------------------------------------------------------

TRACE = """{"schema": "importtrace/trace","version": 1,"tool": "importtrace 0.1.0","kernel": "6.1",
"arch": "x86_64","backend": "bpf","complete": true,"reasons": [],"loss": {"dropped": 0},
"command": ["python3", "%(arg)s"],"cwd": "/","exit_code": 0,"start_unix_ns": "1795503109473999279",
"duration_ns": 32672017,"events": 369,
"processes": [{"pid":2,"parent":1,"exe":"/usr/bin/python3","start_ns":0}],
"files": [
{"path":"/site","ops":["open","stat","list"],"type":"dir","first_ns":13,"pid":2},
{"path":"/site/%(arg)s.py","ops":["open","map"],"type":"file","size":97,"first_ns":17,"pid":2},
{"path_b64":"L3NpdGUv/w==","ops":["exec"],"type":"file","size":1,"requested":["/x"],"created":true,
"first_ns":18,"pid":2}
],
"misses": [{"path":"/site/no","first_ns":1,"pid":2}]
}
"""
METADATA = "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\nRequires-Dist: six (>=1) ; extra == 'x'\n"
RECORD = "pkg/__init__.py,sha256=abc,3\npkg/data.txt,,\n\"pkg/a,\"\"b\"\".py\",,\n../bin/x,,\n" \
         "pkg-1.0.dist-info/RECORD,,\n/etc/passwd,,\npkg/../../x,,\n"
ENTRY_POINTS = "[console_scripts]\nx = pkg:main\n\n[a.group]\nname = pkg.mod:attr [extra]\n"


def texts():
    write("trace", "one", TRACE % {"arg": "a"})
    write("trace", "deep", "[" * 100)
    write("merge", "two", TRACE % {"arg": "a"} + "\n%%\n" + TRACE % {"arg": "b"})
    write("merge", "same", TRACE % {"arg": "a"} + "\n%%\n" + TRACE % {"arg": "a"})
    with open(os.path.join(here, "../../share/importtrace/rules"), encoding="utf-8") as f:
        write("rules", "builtin", f.read() + "\n%%\nbotocore/data/endpoints.json")
    write("rules", "user", "keep a/**/b*.[ch]  # why\ndrop /x?/\\*y\n!z\n[s when a/*]\nkeep q\n"
          "%%\na/b/c/bx.c")
    write("rules", "stars", "drop " + "*a" * 20 + "\n%%\n" + "a" * 60)
    write("metadata", "whole", "\n%%\n".join((METADATA, RECORD, ENTRY_POINTS, "pkg\n")))
    write("baseline", "whole", """importtrace-baseline 1
## a comment
accept junk numpy/tests/*
# because we ship by S3
budget total 250MB
budget package:litellm 40MB
limits lambda
package a 1.0 files=1 bytes=10 zipped=5
library a/x%20y.so package=a soname=- bytes=7 zipped=3
""")
    write("scan", "imports", """import a, b.c as d
from ..x import (y, z as w)
def f():
    try:
        import lazy
    except ImportError:
        pass
    importlib.import_module(f"p.{q}"); __import__('k')
if TYPE_CHECKING:
    from t import u
s = r'''long
string''' "joined" b'\\x00' f"{a!r:>{w}} {'nested'}"
""")
    write("scan", "encoding", b"# -*- coding: latin-1 -*-\nx = '\xe9'\nimport os\n")
    write("pyc", "name", "a/b/__pycache__/x.cpython-311.opt-2.pyc")
    for magic, name in ((3394, "37"), (3413, "38"), (3495, "311"), (3571, "313"), (9, "old")):
        for flags in (0, 1, 3):
            write("pyc", f"{name}-{flags}",
                  struct.pack("<HHIII", magic, 0x0a0d, flags, 1, 2) + b"\xe3" + bytes(8))


shutil.rmtree(sys.argv[1], ignore_errors=True)
zips()
elves()
texts()
