"""Compares a trace with the logs of the generator.

    python3 generated.py TRACE DIR LOG…        (probes/generate/generate.h says what a log is)

The files of the trace below DIR, with their operations and whether the run made them, must equal
the logs exactly. A trace that calls itself incomplete is right too, if `unresolved` is its only
reason (the generator changes the tree as fast as it can); then it may lack things, but what it holds
must still be in the logs, but for the seeds that are meant to be risky (probes/generate/change.c):
there as many guesses may be wrong as it says it could not tell. The last line says which it was.
"""
import base64
import json
import os
import sys

trace_path, top, *logs = sys.argv[1:]
top = os.fsencode(top)
trace = json.load(open(trace_path))


def raw(entry):
    return base64.b64decode(entry["path_b64"]) if "path_b64" in entry else os.fsencode(entry["path"])


def below(path):
    return path == top or path.startswith(top + b"/")


got = {raw(f): (set(f["ops"]), bool(f.get("created"))) for f in trace["files"] if below(raw(f))}
want = {}


def touch(path, ops, made):
    if path not in want:
        up = path
        while not made and len(up) > len(top):
            up = up.rpartition(b"/")[0]
            made = up in want and want[up][1]
        want[path] = (set(), made)
    want[path][0].update(ops)


n = 0
for log in logs:
    words = open(log, "rb").read().split(b"\0")[:-1]
    before = None
    for what, path in zip(words[::2], words[1::2]):
        ops = set(what.decode().split(","))
        touch(path, ops - {"made", "moved"}, "made" in ops or ("moved" in ops and want[before][1]))
        before = path
        n += 1

bad = []
loss = {k: v for k, v in trace["loss"].items() if v}
if trace["complete"]:
    bad += [f"{p}: trace {got.get(p)}, expected {want.get(p)}" for p in sorted(set(got) | set(want))
            if got.get(p) != want.get(p)]
elif set(loss) != {"unresolved"}:
    bad.append(f"not complete: {loss} {trace['reasons']}")
else:
    guesses = [f"{p}: not touched" for p in sorted(set(got) - set(want))]
    risky = int(trace["command"][2]) % 10 == 9
    bad += guesses if len(guesses) > (loss["unresolved"] if risky else 0) else []
for line in bad[:20]:
    print(line)
print(f"{n} operations, {len(want)} paths, {'complete' if trace['complete'] else 'incomplete'}, "
      f"{len(bad)} differences")
sys.exit(bool(bad))
