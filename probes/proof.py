"""Proof that a layer does its work: record on the full tree, prune, run on the layer in its place.

A layer stands where the tree stood: in a mount namespace of its own the layer is bound over the
tree, so paths are the same and the original cannot be reached. That needs root or a user
namespace. Interpreters run with -S: no other site directory can help out.
"""
import collections
import functools
import importlib.metadata
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

PLACE = 'mount --bind "$1" "$2" && mount -o remount,bind,ro "$2" && shift 2 && exec "$@"'
PROGRAM = os.environ.get("IMPORTTRACE", "importtrace")
TIMEOUT = 120

Outcome = collections.namedtuple("Outcome", "code output error")
Size = collections.namedtuple("Size", "files bytes bytes_with_pyc")


@functools.cache
def namespace():
    """The command that gives a mount namespace: root's own, or one of a user namespace."""
    for command in (["unshare", "-m"], ["unshare", "-Urm"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    sys.exit("proof: no mount namespace to be had here: run as root")


def environment(site):
    """No user's settings; a fixed hash seed; bytecode is not written into the tree."""
    keep = ("PATH", "HOME", "IMPORTTRACE_BASE_URL", "TMPDIR", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    env = {k: os.environ[k] for k in keep if k in os.environ}
    return {**env, "PYTHONPATH": site, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0",
            "LC_ALL": "C.UTF-8", "TZ": "UTC", "MPLCONFIGDIR": "/nonexistent"}


def run(command, site, cwd, layer=None):
    """Runs `command`; with a layer on that, in the tree's place. A time-out is a loud failure."""
    if layer:
        command = [*namespace(), "sh", "-c", PLACE, "sh", layer, site, *command]
    try:
        p = subprocess.run(command, cwd=cwd, env=environment(site), capture_output=True, text=True,
                           errors="replace", timeout=TIMEOUT, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return Outcome(124, "", f"no end after {TIMEOUT} s")
    return Outcome(p.returncode, p.stdout, p.stderr)


def record(command, site, cwd, trace):
    """Records `command` on the full tree; its outcome. A trace that is not whole is an error."""
    outcome = run([PROGRAM, "record", "-q", "-o", trace, "--", *command], site, cwd)
    if outcome.code != 0:
        sys.exit(f"proof: recording {' '.join(command)} failed: {last_line(outcome.error)}")
    return outcome


def prune(level, traces, site, layer, *options, tree=None):
    """Writes the layer directory `layer` anew, holding the tree itself; prune's own report. `tree`
    stands in the site's place for that, if given."""
    shutil.rmtree(layer, ignore_errors=True)
    keep = [] if level in ("all", "static") else [f"--keep={t}" for t in traces]
    command = [PROGRAM, "prune", "--safety", level, *keep, f"--root={site}=", "-o", layer + "/",
               "--json", *options]
    if tree:
        command = [*namespace(), "sh", "-c", PLACE, "sh", tree, site, *command]
    p = subprocess.run(command, capture_output=True, text=True)
    if p.returncode != 0:
        sys.exit(f"proof: prune --safety {level} failed: {p.stderr.strip()}")
    return json.loads(p.stdout)


def last_line(text):
    """The line of a traceback that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def size_of(paths):
    files = total = plain = 0
    for path in paths:
        n = os.lstat(path).st_size
        files += 1
        total += n
        plain += 0 if path.endswith(".pyc") else n
    return Size(files, plain, total)


def files_below(top):
    for folder, _, names in os.walk(top):
        for name in names:
            yield os.path.join(folder, name)


# --- distributions ------------------------------------------------------------------------------


def distributions(site):
    """{dist-info directory: its files, relative to the tree}, by RECORD."""
    found = {}
    for name in sorted(os.listdir(site)):
        record_file = os.path.join(site, name, "RECORD")
        if not name.endswith(".dist-info") or not os.path.exists(record_file):
            continue
        with open(record_file, encoding="utf-8", newline="") as f:
            rows = [os.path.normpath(line.rsplit(",", 2)[0].strip('"')) for line in f if line.strip()]
        found[name] = [r for r in rows if not r.startswith(("..", "/"))
                       and os.path.isfile(os.path.join(site, r))]
    return found


def required(site, dists, names):
    """`names`, distributions, and all that is declared to be required by them, with the extras that
    a requirement asks for (`name[extra]`): what the closure may enter."""
    by_name = {canonical(d[:-len(".dist-info")].rsplit("-", 1)[0]): d for d in dists}
    found, queue = set(names), [(name, "") for name in names]
    done = set(queue)
    while queue:
        dist, extras = queue.pop()
        for line in importlib.metadata.PathDistribution(pathlib.Path(site, dist)).requires or []:
            name, asked = re.match(r"([\w.-]+)\s*(?:\[([^]]*)\])?", line).groups()
            marker = line.partition(";")[2]
            one = (by_name.get(canonical(name)), asked or "")
            if one[0] and one not in done and ("extra" not in marker or is_asked(marker, extras)):
                found.add(one[0])
                done.add(one)
                queue.append(one)
    return found


def is_asked(marker, extras):
    """Whether a marker names one of these extras ("a,b")."""
    named = {canonical(e) for e in re.findall(r"extra\s*==\s*['\"]([^'\"]+)", marker)}
    return bool(named & {canonical(e.strip()) for e in extras.split(",")})


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def below(site, traces):
    """The paths in these traces below the site, relative to it."""
    for trace in traces:
        with open(trace, encoding="utf-8") as f:
            for entry in json.load(f)["files"]:
                path = os.path.relpath(entry.get("path", "/"), site)
                if not path.startswith(".."):
                    yield path


def whole_touched(site, traces, dists):
    """Every file of each distribution of which a trace touched more than its metadata."""
    owner = {f: d for d, files in dists.items() for f in files}
    touched = {owner[path] for path in below(site, traces)
               if path in owner and not path.startswith(owner[path] + "/")}
    return sorted({f for d in touched for f in dists[d]})


def place_files(site, names, layer):
    """A layer of just these files, hard links to the tree's; with the bytecode that they have."""
    shutil.rmtree(layer, ignore_errors=True)
    os.makedirs(layer)
    for name in names:
        for one in (name, *bytecode(site, name)):
            target = os.path.join(layer, one)
            if not os.path.exists(target):
                os.makedirs(os.path.dirname(target), exist_ok=True)
                os.link(os.path.join(site, one), target)


def bytecode(site, name):
    folder, base = os.path.split(name)
    cached = os.path.join(folder, "__pycache__", f"{base[:-3]}.{sys.implementation.cache_tag}.pyc")
    return [cached] if base.endswith(".py") and os.path.exists(os.path.join(site, cached)) else []
