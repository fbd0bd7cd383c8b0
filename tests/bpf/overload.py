"""Overloads recordings in every way and looks for a trace that says "complete" and is not.

    python3 overload.py [--runs N] [--seed S] [--jobs J] [--seconds T] [--beside]

Each run records probes/known/storm.c with a random event buffer of 4 KiB to 1 MiB, a random limit of
processes, sometimes a stopped recorder, few descriptors, or little memory. It must end in one of
three ways:

  exact       exit code 0, "complete": true, and the trace's set is the known set
  incomplete  exit code 125, "complete": false, every counter that is not zero is named on stderr
              together with what to do, and seen = delivered + dropped
  refused     exit code 125, a message, and no trace

Anything else is printed with its seed and ends in exit code 1. `--seed S --runs 1` runs it again.
`--beside` has stress-ng take processor, memory and forks meanwhile. `--seconds` bounds the time;
how many runs there were is said.
"""
import argparse
import concurrent.futures
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

FILES = 4000
BUILD = os.environ.get("BUILD") or os.path.join(os.getcwd(), "build")
STORM = os.path.join(BUILD, "probes", "storm")
OPS = {0: ["open"], 1: ["stat"], 2: ["stat"]}


class Wrong(Exception):
    pass


def choose(seed):
    rng = random.Random(seed)
    small = rng.random() < 0.5
    run = {
        "first": rng.randrange(FILES // 2),
        "count": rng.randrange(1, 60 if small else FILES // 2),
        "processes": rng.choice([1, 1, 2, 5, 12]),
        "threads": rng.choice([1, 1, 2, 4]),
        "stop": int(rng.random() < 0.3),
        "buffer": 4 << rng.randrange(0, 9),
        "room": rng.choice([32768, 32768, 32768, 16, 8, 3, 1]),
        "files": rng.choice([None] * 8 + [rng.randrange(3, 40)]),
        "memory": rng.choice([None] * 12 + [rng.randrange(8, 200) << 20]),
    }
    return run


def limits(run):
    words = [f"--nofile={run['files']}"] if run["files"] else []
    words += [f"--as={run['memory']}"] if run["memory"] else []
    return ["prlimit", *words] if words else []


def expected(run, top):
    files, misses = {}, set()
    for k in range(run["first"], run["first"] + run["count"]):
        files[f"{top}/{k:05}"] = OPS[k % 3]
        if k % 3 == 2:
            misses.add(f"{top}/missing-{k:05}")
    return files, misses


def judge(run, top, code, said, path):
    """How the run ended; raises Wrong when it may not end so."""
    try:
        with open(path) as f:
            trace = json.load(f)
    except FileNotFoundError:
        # Under a limit the dynamic loader may fail before there is a recorder at all.
        if code == 125 and said.strip() or code == 127 and "error while loading shared" in said:
            return "refused"
        raise Wrong(f"exit code {code} and no trace: {said!r}") from None
    if trace["complete"]:
        files, misses = expected(run, top)
        got = {f["path"]: f["ops"] for f in trace["files"] if f["path"].startswith(top + "/")}
        got_misses = {m["path"] for m in trace["misses"] if m["path"].startswith(top + "/")}
        if code not in (0, 125) and limits(run):
            # The command itself could not go on: what it did is a part of the known set.
            if all(files.get(p) == ops for p, ops in got.items()) and got_misses <= misses:
                return "exact"
        if code != 0:
            raise Wrong(f"complete, but exit code {code}: {said!r}")
        if got != files or got_misses != misses:
            wrong = [p for p in files.keys() | got.keys() if files.get(p) != got.get(p)]
            raise Wrong(f"FALSE COMPLETE: {len(got)} of {len(files)} files, {len(got_misses)} of "
                        f"{len(misses)} misses, e.g. {sorted(wrong)[:3]}")
        return "exact"
    if code != 125:
        raise Wrong(f"incomplete, but exit code {code}")
    named = {name: n for name, n in trace["loss"].items() if n}
    if not named and not trace["reasons"]:
        raise Wrong("incomplete without a reason")
    for name in named:
        if f"{name} = " not in said or ";" not in said:
            raise Wrong(f"{name} is not named with a remedy: {said!r}")
    if "unaccounted" in named or "malformed" in named:
        raise Wrong(f"the invariant does not hold: {named}")
    return "incomplete"


def run_one(seed, top):
    run = choose(seed)
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "trace.json")
        command = ["importtrace", "record", "-q", "-o", path, "--buffer", f"{run['buffer']}K",
                   "--processes", str(run["room"]), "--", STORM, top]
        command += [str(run[k]) for k in ("first", "count", "processes", "threads", "stop")]
        done = subprocess.run(limits(run) + command, capture_output=True, text=True, errors="replace",
                              timeout=120, check=False)
        try:
            return judge(run, top, done.returncode, done.stderr, path)
        except Wrong as e:
            raise Wrong(f"seed {seed}: {e}\n  {run}") from None


def start_beside(seconds):
    command = ["stress-ng", "--quiet", "--cpu", "1", "--vm", "1", "--vm-bytes", "512M", "--fork", "1",
               "--timeout", str(int(seconds))]
    return subprocess.Popen(command)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 1000 % 10**9)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--beside", action="store_true")
    args = parser.parse_args()
    if args.beside and not shutil.which("stress-ng"):
        sys.exit("stress-ng is not installed")
    beside = start_beside(args.seconds) if args.beside else None
    end = time.monotonic() + args.seconds
    tally, wrong = {"exact": 0, "incomplete": 0, "refused": 0}, []

    def task(seed):
        if time.monotonic() > end or len(wrong) > 5:
            return
        try:
            outcome = run_one(seed, top)
            tally[outcome] += 1
        except (Wrong, subprocess.TimeoutExpired) as e:
            wrong.append(str(e))

    with tempfile.TemporaryDirectory() as top:
        top = os.path.realpath(top)
        for k in range(FILES):
            open(f"{top}/{k:05}", "w").close()
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            list(pool.map(task, range(args.seed, args.seed + args.runs)))
    if beside:
        beside.terminate()
        beside.wait()
    false_complete = sum("FALSE COMPLETE" in w for w in wrong)
    print(f"{sum(tally.values()) + len(wrong)} of {args.runs} runs from seed {args.seed}: "
          f"{tally['exact']} exact, {tally['incomplete']} incomplete and said so, "
          f"{tally['refused']} refused; false complete: {false_complete}; other failures: "
          f"{len(wrong) - false_complete}")
    for w in wrong:
        print(w)
    few = args.runs >= 100 and (tally["exact"] < 10 or tally["incomplete"] < 10)
    if few:
        print("the runs do not cover both ends")
    sys.exit(bool(wrong) or few)


main()
