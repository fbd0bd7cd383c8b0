"""Compares a trace with the log of an strace that ran inside the recorded tree.

    python3 strace_oracle.py TRACE LOG        (strace -f -y -e trace=%file,%desc -o LOG)

Both saw the same calls, so the paths that the log shows as opened or looked up with success must
be the trace's. Left out on both sides: /proc, /sys and /dev (their content is the process's own),
and what strace itself touches before it executes the command.
"""
import json
import os
import re
import sys

trace = json.load(open(sys.argv[1]))
got = {f["path"] for f in trace["files"] if "path" in f}

NAMED = re.compile(r'^\d+ +(\w+)\((?:(AT_FDCWD)(?:<([^>]*)>)?, |(\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"(.*)$')
RETURNED = re.compile(r"= \d+<(/[^>]*)>$")
LOOKUPS = {"stat", "lstat", "newfstatat", "statx", "access", "faccessat", "faccessat2", "readlink",
           "readlinkat", "chdir", "statfs", "execve"}
NOFOLLOW = {"lstat", "readlink", "readlinkat"}
RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")


def calls(path):
    """Lines of the log; calls that were interrupted by another process's are put together."""
    begun = {}
    for line in open(path, errors="surrogateescape"):
        line = line.rstrip("\n")
        resumed = RESUMED.match(line)
        if line.endswith("<unfinished ...>"):
            begun[line.split(" ", 1)[0]] = line[: -len("<unfinished ...>")].rstrip()
        elif resumed:
            yield begun.pop(resumed.group(1), "") + resumed.group(2)
        else:
            yield line


want = {}
for line in calls(sys.argv[2]):
    opened = RETURNED.search(line)
    if opened and " open" in line:
        want[opened.group(1)] = line
        continue
    listed = re.match(r"^\d+ +getdents64\(\d+<(/[^>]*)>", line)
    if listed:
        want[listed.group(1)] = line
        continue
    m = NAMED.match(line)
    if not m or m.group(1) not in LOOKUPS or " = -1 " in line or not m.group(6):
        continue
    base = m.group(3) or m.group(5) or trace["cwd"]
    path = os.path.normpath(os.path.join(base, m.group(6)))
    nofollow = m.group(1) in NOFOLLOW or "AT_SYMLINK_NOFOLLOW" in m.group(7)
    if nofollow:
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    else:
        path = os.path.realpath(path)
    want[path] = line

skip = ("/proc", "/sys", "/dev")
missing = {p for p in want if not p.startswith(skip)} - got
assert len(want) > 100, f"strace saw only {len(want)} paths: is the log whole?"
for p in sorted(missing):
    print(f"strace saw {p}, the trace has not: {want[p]}")
sys.exit(bool(missing))
