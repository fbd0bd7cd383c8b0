"""Kills `importtrace prune` at random moments and looks at what is left.

    kill.py TIMES OUTPUT ARG…     in an empty directory; OUTPUT is what -o names

Whatever the moment: OUTPUT is what it was before, or the whole new one, and nothing lies beside it
but the list of what was removed, which is the old one or the new one, and new where OUTPUT is.
"""

import hashlib
import os
import random
import shutil
import subprocess
import sys
import time

times, output, args = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
directory = output.endswith("/")
output = output.rstrip("/")
removed = output.removesuffix(".zip") + ".removed.tsv"
command = ["importtrace", "prune", "-q", "-o", output + "/" * directory, *args]


def digest(path):
    h = hashlib.sha256()
    if os.path.isfile(path):
        h.update(open(path, "rb").read())
    for top, dirs, files in sorted(os.walk(path)):
        h.update(repr((os.path.relpath(top, path), oct(os.stat(top).st_mode))).encode())
        for f in sorted(files):
            full = os.path.join(top, f)
            h.update(repr((f, oct(os.lstat(full).st_mode))).encode())
            h.update(open(full, "rb").read())
    return h.hexdigest()


def begin(old):
    if os.path.exists(removed):
        os.remove(removed)
    if old:
        with open(removed, "w") as f:
            f.write("old list")
    if os.path.isdir(output):
        shutil.rmtree(output)
    elif os.path.exists(output):
        os.remove(output)
    if old and directory:
        os.mkdir(output, 0o750)
    elif old:
        with open(output, "w") as f:
            f.write("old")


begin(False)
start = time.monotonic()
subprocess.run(command, check=True)
length = time.monotonic() - start
new, new_list = digest(output), digest(removed)
begin(True)
old, old_list = digest(output), digest(removed)
kept = made = 0
for k in range(times):
    had = k % 2 == 0
    begin(had)
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    time.sleep(random.random() * length * 1.1)
    p.kill()
    p.wait()
    for _ in range(500):
        beside = set(os.listdir()) - {output, removed}
        if not beside:
            break
        time.sleep(0.01)
    assert not beside, f"left behind: {beside}"
    the_list = digest(removed) if os.path.exists(removed) else old_list if not had else None
    assert the_list in (new_list, old_list), "half a list"
    if os.path.exists(output) and digest(output) == new:
        assert the_list == new_list, "a new layer without its list"
        made += 1
    else:
        assert digest(output) == old if had else not os.path.exists(output), "half"
        kept += 1
print(f"# {times} kills in {length:.2f} s: {kept} old, {made} new")
assert times < 100 or kept > times / 10
