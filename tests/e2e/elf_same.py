"""elf_same.py A B: that B is A for a loader, by a reader of its own; prints the sizes.

Every program header is equal; the content of every segment is, but for e_shoff, e_shnum and
e_shstrndx of the ELF header; allocated sections have the same numbers, names and places.
"""
import struct
import sys


class Elf:
    def __init__(self, path):
        self.data = d = open(path, "rb").read()
        assert d[:4] == b"\x7fELF", path
        self.wide, order = d[4] == 2, "<" if d[5] == 1 else ">"
        self.header = struct.unpack_from(order + ("HHIQQQIHHHHHH" if self.wide else "HHIIIIIHHHHHH"), d, 16)
        phoff, shoff = self.header[4], self.header[5]
        phsize, phnum, shsize, shnum, names = self.header[8:13]
        self.segments = [struct.unpack_from(order + ("IIQQQQQQ" if self.wide else "IIIIIIII"), d, phoff + i * phsize)
                         for i in range(phnum)]
        rows = [struct.unpack_from(order + ("IIQQQQIIQQ" if self.wide else "IIIIIIIIII"), d, shoff + i * shsize)
                for i in range(shnum)]
        self.sections = [(self.name(rows[names], r[0]),) + r[1:] for r in rows]

    def name(self, table, at):
        start = table[4] + at
        return self.data[start:self.data.index(b"\0", start)].decode()

    def extent(self, segment):
        return (segment[2], segment[5]) if self.wide else (segment[1], segment[4])


def main(path_a, path_b):
    a, b = Elf(path_a), Elf(path_b)
    fixed = [i for i in range(13) if i not in (5, 11, 12)]
    assert [a.header[i] for i in fixed] == [b.header[i] for i in fixed]
    assert a.segments == b.segments
    header = 64 if a.wide else 52
    for s in a.segments:
        offset, size = a.extent(s)
        start = max(offset, header)
        assert a.data[start:offset + size] == b.data[start:offset + size], s
        assert offset + size <= len(b.data)
    for i, s in enumerate(a.sections):
        t = b.sections[i] if s[2] & 2 else s
        if s[1] in (4, 9):  # relocations: in a static program without their symbol table
            s, t = s[:6] + s[7:], t[:6] + t[7:]
        assert t == s, s
    gone = sorted({s[0] for s in a.sections} - {s[0] for s in b.sections})
    print(len(a.data), len(b.data), *gone)


if __name__ == "__main__":
    main(*sys.argv[1:])
