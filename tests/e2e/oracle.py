"""Records real workloads around strace and compares the two sets of paths (strace_oracle.py).

    python3 oracle.py [--packages DIR] [--table FILE] [WORKLOAD…]

DIR holds what `make oracle` installs with pip. With --table the table in FILE is written anew from
all workloads; one that this machine lacks the program for is left out and said so. Exit code 1 when
any path differs.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import strace_oracle

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = sys.executable
GIT = "git -c user.name=a -c user.email=a@b"

TEST_FILE = """
import json, os, pytest

@pytest.fixture
def place(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps([1]))
    return tmp_path

@pytest.mark.parametrize("n", range(20))
def test_reads(place, n):
    assert json.loads((place / "x.json").read_text()) == [1]

def test_moves(place):
    os.rename(place / "x.json", place / "y.json")
    assert not (place / "x.json").exists()
"""


def python_import(*modules):
    return lambda ctx: ([PYTHON, "-c", "import " + ", ".join(modules)], {"PYTHONPATH": ctx.site})


def from_packages(*modules):
    return lambda ctx: ([PYTHON, "-c", "import " + ", ".join(modules)],
                        {"PYTHONPATH": os.path.join(ctx.packages, "site")})


def python(ctx):
    ctx.write("work.py", "import json, sqlite3, email.message, subprocess, os, ctypes, tempfile, shutil\n"
              "import xml.dom.minidom, multiprocessing\n"
              "subprocess.run(['/bin/sh', '-c', 'ls / >/dev/null; cd /etc; cat hostname'], check=True)\n"
              "os.listdir('/etc'); os.access('/etc/passwd', os.R_OK); os.readlink('/proc/self/exe')\n"
              "d = tempfile.mkdtemp(); os.chdir(d); os.symlink('a', 'b'); os.mkdir('a')\n"
              "open('b/x', 'w').close(); os.stat('b/x'); os.rename('b', 'c'); os.stat('c/x')\n"
              "os.chdir('/'); shutil.rmtree(d)\n"
              "p = multiprocessing.get_context('fork').Process(target=os.listdir, args=('/usr',))\n"
              "p.start(); p.join()\n")
    return [PYTHON, "work.py"], {}


def pip_install(ctx):
    wheels = [n for n in os.listdir(os.path.join(ctx.packages, "wheel")) if n.endswith(".whl")]
    return [PYTHON, "-m", "pip", "install", "--no-index", "--no-deps", "--disable-pip-version-check",
            "--no-cache-dir", "--root-user-action=ignore", "--target", "installed",
            *(os.path.join(ctx.packages, "wheel", n) for n in wheels)], {}


def pytest_run(ctx):
    ctx.write("test_it.py", TEST_FILE)
    return ([PYTHON, "-m", "pytest", "-q", "test_it.py", "--basetemp", os.path.join(ctx.dir, "base")],
            {"PYTHONPATH": os.path.join(ctx.packages, "site")})


def gcc(ctx):
    ctx.write("a.c", "#include <stdio.h>\n#include <pthread.h>\nint main(void) { return puts(\"x\") < 0; }\n")
    return ["gcc", "-O2", "-g", "-pthread", "-Wall", "a.c", "-o", "a", "-lm"], {}


def git(ctx):
    ctx.write("a.txt", "one\n")
    ctx.write("dir/b.txt", "two\n")
    script = (f"{GIT} init -q -b main . && {GIT} add . && {GIT} commit -qm one && echo 3 >>a.txt && "
              f"{GIT} commit -qam two && {GIT} log --oneline && {GIT} checkout -q -b other HEAD~1 && "
              f"{GIT} gc -q && {GIT} status --short")
    return ["sh", "-c", script], {"HOME": ctx.dir}


def node(ctx):
    ctx.write("m/index.js", "exports.x = require('fs').readdirSync('/').length;\n")
    return ["node", "-e", "require('https'); require('zlib'); console.log(require('./m').x)"], {}


WORKLOADS = {
    "python": ("CPython's standard library, processes, a temporary tree", python),
    "litellm": ("CPython imports litellm", python_import("litellm")),
    "boto3": ("CPython imports boto3 and makes a client", lambda ctx: (
        [PYTHON, "-c", "import boto3; boto3.client('s3', region_name='eu-west-1')"],
        {"PYTHONPATH": ctx.site})),
    "numpy": ("CPython imports numpy, linalg, fft, random", from_packages(
        "numpy", "numpy.linalg", "numpy.fft", "numpy.random")),
    "pandas": ("CPython imports pandas", from_packages("pandas")),
    "pip": ("pip installs a wheel", pip_install),
    "pytest": ("a pytest run", pytest_run),
    "gcc": ("gcc compiles and links", gcc),
    "git": ("git init, add, commit, log, checkout, gc", git),
    "node": ("node with modules", node),
}


class Context:
    def __init__(self, packages):
        self.packages = os.path.abspath(packages)
        self.site = os.path.join(os.path.dirname(self.packages), "demo", "site", "python")
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="oracle-"))
        self.work = os.path.join(self.dir, "work")
        os.mkdir(self.work)

    def write(self, name, text):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)


def record(ctx, make):
    """Runs a workload; what strace saw and the trace has not, too many, how many paths."""
    command, env = make(ctx)
    trace_path, log = (os.path.join(ctx.dir, n) for n in ("trace.json", "log"))
    done = subprocess.run(["importtrace", "record", "-q", "-o", trace_path, "--", "strace",
                           *strace_oracle.STRACE_OPTIONS, "-o", log, *command], cwd=ctx.work,
                          env=os.environ | {"PYTHONDONTWRITEBYTECODE": "",
                                            "PYTHONPYCACHEPREFIX": os.path.join(ctx.dir, "pyc")} | env,
                          capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        raise SystemExit(f"oracle: {command} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    trace = json.load(open(trace_path))
    missing, extra, n = strace_oracle.compare(trace, log)
    return missing, extra, n, len(trace["processes"])


def write_table(path, rows):
    lines = open(path).read().splitlines()
    head = lines.index("| workload | processes | paths | missing | too many |")
    end = head
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    lines[head + 2:end] = [f"| {' | '.join(map(str, row))} |" for row in rows]
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", default="build/oracle")
    parser.add_argument("--table")
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    args = parser.parse_args()
    rows, bad = [], 0
    for name in args.workloads:
        what, make = WORKLOADS[name]
        if name in ("gcc", "git", "node") and not shutil.which(name):
            print(f"{name}: not on this machine")
            continue
        ctx = Context(args.packages)
        missing, extra, n, processes = record(ctx, make)
        for path, call in sorted(missing.items()):
            print(f"{name}: strace saw {os.fsdecode(path)!r} ({call}), the trace has not")
        for path, f in sorted(extra.items()):
            print(f"{name}: the trace has {os.fsdecode(path)!r} {f['ops']}, strace saw it not")
        print(f"{name}: {processes} processes, {n} paths, {len(missing)} missing, {len(extra)} too many",
              flush=True)
        rows.append((what, processes, n, len(missing), len(extra)))
        bad += bool(missing or extra)
        if not (missing or extra):
            shutil.rmtree(ctx.dir)
        else:
            print(f"{name}: see {ctx.dir}")
    if args.table and not bad:
        write_table(args.table, rows)
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
