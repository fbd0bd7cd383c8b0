"""Compares a trace with what a known-answer probe says it must hold.

    python3 compare.py TRACE DIR EXPECTED

The files of the trace below DIR, with their operations, must equal the lines of EXPECTED exactly.
"""
import json
import sys

trace_path, top, expected_path = sys.argv[1:4]
trace = json.load(open(trace_path))
got, want = {}, {}
for f in trace["files"]:
    if f["path"] == top or f["path"].startswith(top + "/"):
        ops = set(f["ops"])
        if f.get("created"):
            ops.add("+created")
        got[f["path"]] = ops
for line in open(expected_path):
    ops, path = line.rstrip("\n").split(" ", 1)
    want.setdefault(path, set()).update(ops.split(","))
for path in sorted(set(got) | set(want)):
    if got.get(path) != want.get(path):
        print(f"{path}: trace {sorted(got.get(path, []))}, expected {sorted(want.get(path, []))}")
        sys.exitcode = 1
sys.exit(getattr(sys, "exitcode", 0))
