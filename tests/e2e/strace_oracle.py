"""Compares a trace with the log of an strace that ran inside the recorded tree, both ways.

    python3 strace_oracle.py TRACE LOG
    (LOG by: importtrace record -o TRACE -- strace STRACE_OPTIONS -o LOG COMMAND…)

Both saw the same calls of the command, so the paths that it touched must be the same
set: what strace shows and the trace lacks was missed, what the trace holds and strace does not show
was made up. What a name meant is worked out here once more, in the order of the log: symlinks that
the run made itself are known from the log, all others from the disk.

Left out is what strace itself touches, told by its process. What no system call shows is derived
here too: the interpreters of executed files (PT_INTERP, "#!").
"""
import base64
import json
import os
import re
import struct
import sys

STRACE_OPTIONS = ["-f", "-qq", "-y", "--seccomp-bpf", "-e", "signal=none", "-e",
                  "trace=%file,getdents,getdents64,fchdir,mmap,clone,clone3,fork,vfork,"
                  "open_by_handle_at,pidfd_getfd"]

# Calls by the place of their path, of the directory it starts at, and whether a last symlink stands
# for itself: "no" (it is followed), "yes", or the flag that decides.
NOFOLLOW, FOLLOW = "AT_SYMLINK_NOFOLLOW", "AT_SYMLINK_FOLLOW"
NAMED = {
    "stat": (0, None, "no"), "lstat": (0, None, "yes"), "newfstatat": (1, 0, NOFOLLOW),
    "statx": (1, 0, NOFOLLOW), "access": (0, None, "no"), "faccessat": (1, 0, "no"),
    "faccessat2": (1, 0, NOFOLLOW), "readlink": (0, None, "yes"), "readlinkat": (1, 0, "yes"),
    "statfs": (0, None, "no"), "chroot": (0, None, "no"), "truncate": (0, None, "no"),
    "chmod": (0, None, "no"), "fchmodat": (1, 0, "no"), "fchmodat2": (1, 0, NOFOLLOW),
    "chown": (0, None, "no"), "lchown": (0, None, "yes"), "fchownat": (1, 0, NOFOLLOW),
    "utime": (0, None, "no"), "utimes": (0, None, "no"), "futimesat": (1, 0, "no"),
    "utimensat": (1, 0, NOFOLLOW), "getxattr": (0, None, "no"), "lgetxattr": (0, None, "yes"),
    "setxattr": (0, None, "no"), "lsetxattr": (0, None, "yes"), "listxattr": (0, None, "no"),
    "llistxattr": (0, None, "yes"), "removexattr": (0, None, "no"),
    "lremovexattr": (0, None, "yes"), "inotify_add_watch": (1, None, "no"),
    "name_to_handle_at": (1, 0, FOLLOW),
    "mkdir": (0, None, "yes"), "mkdirat": (1, 0, "yes"), "mknod": (0, None, "yes"),
    "mknodat": (1, 0, "yes"), "unlink": (0, None, "yes"), "unlinkat": (1, 0, "yes"),
    "rmdir": (0, None, "yes"),
    "symlink": (1, None, "yes"), "symlinkat": (2, 1, "yes"),
    "execve": (0, None, "no"), "execveat": (1, 0, "no"), "chdir": (0, None, "no"),
}
# Two names: places of the first with its directory, and of the second.
PAIRED = {"rename": (0, None, 1, None), "renameat": (1, 0, 3, 2), "renameat2": (1, 0, 3, 2),
          "link": (0, None, 1, None), "linkat": (1, 0, 3, 2)}
OPENS = {"open": (0, None, 1), "openat": (1, 0, 2), "openat2": (1, 0, 2), "creat": (0, None, None),
         "open_tree": (1, 0, None), "open_by_handle_at": (None, None, None),
         "pidfd_getfd": (None, None, None)}
CLONES = {"clone", "clone3", "fork", "vfork"}
UNTOUCHING = {"getcwd", "mount", "umount2", "pivot_root", "swapon", "swapoff", "acct", "quotactl",
              "fanotify_mark", "move_mount", "fspick", "mount_setattr", "umount", "uselib"}

# Errors that tell the run that a name is there, if it is.
TELLING = {"EPERM", "ENXIO", "ENOEXEC", "EACCES", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR",
           "EISDIR", "ETXTBSY", "EFBIG", "EROFS", "ERANGE", "ENOTEMPTY", "ELOOP", "ENODATA",
           "EOVERFLOW", "EOPNOTSUPP"}

ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-f]{2}|.)")
LETTERS = {"n": 10, "t": 9, "r": 13, "v": 11, "f": 12, "\\": 92, '"': 34}
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)(?:<((?:[^>\\]|\\.)*)>)?(.*)$", re.S)
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$", re.S)


def unescape(text):
    """A string as strace prints it, to the bytes that it stands for."""
    out, at = bytearray(), 0
    for m in ESCAPE.finditer(text):
        out += os.fsencode(text[at:m.start()])
        c = m.group(1)
        out.append(LETTERS.get(c) or (int(c[1:], 16) if c[0] == "x" else int(c, 8) & 255))
        at = m.end()
    return bytes(out + os.fsencode(text[at:]))


def split_args(text):
    """The arguments of a call, split at the commas of the outermost level."""
    args, depth, start, i = [], 0, 0, 0
    while i < len(text):
        c = text[i]
        if c == '"' or c == "<" and (text[i - 1].isdigit() or text[i - 1] == "D"):
            end = '"' if c == '"' else ">"
            i += 1
            while i < len(text) and text[i] != end:
                i += 2 if text[i] == "\\" else 1
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "," and depth == 0:
            args.append(text[start:i].strip())
            start = i + 1
        i += 1
    return args + [text[start:].strip()]


def calls(path):
    """(pid, name, arguments, result, path of the result) of every finished call, in the order of
    their ends; calls that another process's interrupted in the log are put together again."""
    begun = {}
    for line in open(path, errors="surrogateescape", newline="\n"):
        line = line.rstrip("\n")
        resumed = RESUMED.match(line)
        if line.endswith("<unfinished ...>"):
            pid = int(line.split(" ", 1)[0])
            begun[pid] = line[:-len("<unfinished ...>")].rstrip()
            m = re.match(r"\d+ +(\w+)\((.*)$", begun[pid])
            if m and m.group(1) in CLONES:
                yield pid, "begin " + m.group(1), [m.group(2)], "?", None
            continue
        if resumed:
            line = begun.pop(int(resumed.group(1)), "") + resumed.group(2)
        m = CALL.match(line)
        if m:
            result = m.group(6).split()[0] if m.group(4) == "-1" else m.group(4)
            yield int(m.group(1)), m.group(2), split_args(m.group(3)), result, m.group(5)
        elif not re.match(r"^\d+ +(\+\+\+|---)", line) and " = ?" not in line:
            raise SystemExit(f"strace_oracle: a line that is not understood: {line[:300]}")


def quoted(arg):
    m = re.match(r'^"((?:[^"\\]|\\.)*)"(\.\.\.)?$', arg, re.S)
    if not m:
        return None
    if m.group(2):
        raise SystemExit("strace_oracle: the log has shortened a path")
    return unescape(m.group(1))


def shown_path(text):
    """The path that strace shows for a descriptor; None for what has none."""
    path = unescape(text)
    if path.endswith(b"(deleted)"):
        path = path[:-len(b"(deleted)")]
    return path if path.startswith(b"/") and not path.startswith(b"/memfd:") else None


class Run:
    """What the log says of the run, call by call."""

    def __init__(self, cwd):
        self.first_cwd, self.cwd = os.fsencode(cwd), {}
        self.cloning = None  # of the process that is inside a clone: (its cwd, shared?)
        self.links, self.made, self.memo = {}, set(), {}
        self.touched = {}  # path -> the call that touched it first

    # --- names

    def link_text(self, path):
        if path in self.links:
            return self.links[path]
        if path in self.made:
            return None
        if path not in self.memo:
            try:
                self.memo[path] = os.readlink(path)
            except OSError:
                self.memo[path] = None
        return self.memo[path]

    def resolve(self, pid, base, name, nofollow):
        todo = [c for c in (name if name[:1] == b"/" else base + b"/" + name).split(b"/") if c]
        todo.reverse()
        at, hops, slash = b"", 0, name.endswith(b"/")
        while todo:
            comp = todo.pop()
            if comp == b".":
                continue
            if comp == b"..":
                at = at.rpartition(b"/")[0]
                continue
            if at == b"/proc" and comp in (b"self", b"thread-self"):
                process = self.group.get(pid, pid)
                comp = b"%d" % process if comp == b"self" else b"%d/task/%d" % (process, pid)
            path = at + b"/" + comp
            magic = re.match(rb"^/proc/\d+(/task/\d+)?/(exe|cwd|root|fd/.*)$", path)
            text = None if magic or (nofollow and not todo and not slash) else self.link_text(path)
            if text is None:
                at = path
                continue
            hops += 1
            if hops > 40:
                return None
            todo += [c for c in reversed(text.split(b"/")) if c]
            if text[:1] == b"/":
                at = b""
        return at or b"/"

    def touch(self, path, what):
        if path is not None:
            self.touched.setdefault(path, what)

    # --- processes

    group = {}  # thread -> its process

    def fs(self, pid):
        if pid not in self.cwd:
            parent = self.cloning
            if parent is None:
                self.cwd[pid] = [self.first_cwd]
            else:
                self.adopt(pid, *parent)
        return self.cwd[pid]

    def adopt(self, child, parent, flags):
        if child not in self.cwd:
            self.cwd[child] = self.fs(parent) if "CLONE_FS" in flags else list(self.fs(parent))
            if "CLONE_THREAD" in flags:
                self.group[child] = self.group.get(parent, parent)

    def base(self, pid, args, at):
        if at is None:
            return self.fs(pid)[0]
        m = re.match(r"^(AT_FDCWD|\d+)(?:<((?:[^>\\]|\\.)*)>)?$", args[at], re.S)
        if m and m.group(2):
            return shown_path(m.group(2)) or b"/"
        return self.fs(pid)[0]

    # --- calls

    def interpreters(self, path, name):
        for _ in range(5):
            try:
                with open(path, "rb") as f:
                    head = f.read(256)
                    interp = None
                    if head.startswith(b"#!"):
                        interp = head[2:].split(b"\n")[0].split()[0]
                    elif head.startswith(b"\x7fELF\x02"):
                        phoff, = struct.unpack_from("<Q", head, 32)
                        size, n = struct.unpack_from("<HH", head, 54)
                        for i in range(n):
                            f.seek(phoff + i * size)
                            p = f.read(size)
                            if struct.unpack_from("<I", p)[0] == 3:
                                f.seek(struct.unpack_from("<Q", p, 8)[0])
                                interp = f.read(struct.unpack_from("<Q", p, 32)[0]).rstrip(b"\0")
            except OSError:
                return
            if not interp:
                return
            path = self.resolve(0, b"/", interp, False)
            self.touch(path, f"interpreter {name}")

    def named(self, pid, name, args):
        at, dirfd, follow = NAMED[name]
        text = quoted(args[at])
        if not text:  # NULL or "": a call on a descriptor
            return None
        flags = " ".join(args[at + 1:])
        nofollow = follow == "yes" or follow == NOFOLLOW and NOFOLLOW in flags or \
            follow == FOLLOW and FOLLOW not in flags
        path = self.resolve(pid, self.base(pid, args, dirfd), text, nofollow)
        self.touch(path, name)
        return path

    def opened(self, pid, name, args, shown):
        at, dirfd, flag = OPENS[name]
        flags = args[flag] if flag is not None and len(args) > flag else ""
        if "O_TMPFILE" in flags:  # the file has no name: its directory was looked up
            self.touch(self.resolve(pid, self.base(pid, args, dirfd), quoted(args[at]), False), name)
            return
        path = shown_path(shown) if shown else None
        self.touch(path, name)
        if path and ("O_CREAT" in flags or name == "creat") and path not in self.links:
            self.made.add(path)

    def paired(self, pid, name, args):
        one, one_dir, two, two_dir = PAIRED[name]
        follow = FOLLOW in args[-1]
        source = self.resolve(pid, self.base(pid, args, one_dir), quoted(args[one]), not follow)
        to = self.resolve(pid, self.base(pid, args, two_dir), quoted(args[two]), True)
        self.touch(source, name)
        self.touch(to, name)
        if name.startswith("link"):
            text = self.link_text(source)
            self.links.pop(to, None)
            self.made.add(to)
            if text is not None:
                self.links[to] = text
            return
        exchange = "RENAME_EXCHANGE" in args[-1]
        moved = self.below(source)
        other = self.below(to)
        for path in (*moved[0], *other[0]):
            self.links.pop(path, None)
        self.made -= moved[1] | other[1]
        for links, made, top, new in ((*moved, source, to),) + (((*other, to, source),) if exchange else ()):
            self.links |= {new + p[len(top):]: t for p, t in links.items()}
            self.made |= {new + p[len(top):] for p in made}
        if to not in self.links:
            self.made.add(to)

    def below(self, top):
        inside = lambda p: p == top or p.startswith(top + b"/")
        return {p: t for p, t in self.links.items() if inside(p)}, {p for p in self.made if inside(p)}

    def refused(self, pid, name, args):
        """A call that failed: what it named is touched, if it is there."""
        flags = " ".join(args)
        if name in OPENS:
            at, dirfd, _ = OPENS[name]
            nofollow = "O_NOFOLLOW" in flags or "O_EXCL" in flags
        elif name in PAIRED:
            at, dirfd, _, _ = PAIRED[name]
            nofollow = FOLLOW not in flags
        elif name in NAMED:
            at, dirfd, follow = NAMED[name]
            nofollow = follow == "yes" or follow == NOFOLLOW and NOFOLLOW in flags or \
                follow == FOLLOW and FOLLOW not in flags
        else:
            return
        text = None if at is None else quoted(args[at])
        path = self.resolve(pid, self.base(pid, args, dirfd), text, nofollow) if text else None
        if path and os.path.lexists(path):
            self.touch(path, name + " that failed")

    def on_call(self, pid, name, args, result, shown):
        if name.startswith("begin "):
            self.cloning = (pid, args[0])
            return
        if name in CLONES:
            if result.isdigit():
                self.adopt(int(result), pid, " ".join(args))
            return
        if result in TELLING or result == "EINVAL" and name.startswith("readlink"):
            self.refused(pid, name, args)
        if not result[0].isdigit() or name in UNTOUCHING:
            return
        if name in OPENS:
            self.opened(pid, name, args, shown)
        elif name in PAIRED:
            self.paired(pid, name, args)
        elif name == "mmap" and "MAP_ANONYMOUS" in args[3]:
            pass
        elif name in ("getdents", "getdents64", "fchdir", "mmap"):
            m = re.match(r"^\d+<((?:[^>\\]|\\.)*)>$", args[4 if name == "mmap" else 0], re.S)
            path = shown_path(m.group(1)) if m else None
            self.touch(path, name)
            if name == "fchdir" and path:
                self.fs(pid)[0] = path
        elif name in NAMED:
            path = self.named(pid, name, args)
            if name == "chdir":
                self.fs(pid)[0] = path
            elif name.startswith("exec") and path:
                self.interpreters(path, name)
            elif name.startswith("symlink"):
                self.made.discard(path)
                self.links[path] = quoted(args[0])
            elif name.startswith(("mkdir", "mknod")):
                self.made.add(path)
                self.links.pop(path, None)
            elif name in ("unlink", "unlinkat", "rmdir"):
                self.links.pop(path, None)
                self.made.add(path)  # gone: no symlink, whatever comes there later by others
        else:
            raise SystemExit(f"strace_oracle: a call that is not known here: {name}")


def raw_path(entry):
    return base64.b64decode(entry["path_b64"]) if "path_b64" in entry else os.fsencode(entry["path"])


def compare(trace, log):
    """What strace saw and the trace has not, the other way round, and how many paths there were."""
    run = Run(trace["cwd"])
    for call in calls(log):
        run.on_call(*call)
    straces = {p["pid"] for p in trace["processes"] if p.get("exe", "").endswith("/strace")}
    own = {raw_path(f) for f in trace["files"] if f["pid"] in straces}
    got = {raw_path(f) for f in trace["files"]}
    want = run.touched
    missing = {p: want[p] for p in want.keys() - got}
    extra = {raw_path(f): f for f in trace["files"] if raw_path(f) not in want and raw_path(f) not in own}
    return missing, extra, len(want)


def main():
    trace = json.load(open(sys.argv[1]))
    missing, extra, n = compare(trace, sys.argv[2])
    if not trace["complete"]:
        print(f"the trace is incomplete: {trace['reasons']}")
    for path in sorted(missing):
        print(f"strace saw {os.fsdecode(path)!r} ({missing[path]}), the trace has not")
    for path in sorted(extra):
        print(f"the trace has {os.fsdecode(path)!r} {extra[path]['ops']}, strace saw it not")
    print(f"{n} paths, {len(missing)} missing, {len(extra)} too many")
    sys.exit(bool(missing or extra or n < 100 or not trace["complete"]))


if __name__ == "__main__":
    main()
