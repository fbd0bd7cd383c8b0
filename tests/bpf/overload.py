"""Overloads recordings in every way and looks for a trace that says "complete" and is not.

    python3 overload.py [--runs N] [--seed S] [--jobs J] [--seconds T] [--beside] [--memory]

Each run records probes/known/storm.c with a random event buffer of 4 KiB to 1 MiB, a random limit of
processes, sometimes a stopped recorder, few descriptors, little memory (of the address space, of
what may be locked, or of a control group that holds the recorder, the command or both). It must end
in one of four ways:

  exact       "complete": true, and the trace's set is the known set; of a command that was ended
              by the lack of something, at least what it had written down and at most the known set
  incomplete  exit code 125, "complete": false, every counter that is not zero is named on stderr
              together with what to do, and seen = delivered + dropped
  refused     exit code 125, a message, and no trace
  killed      the recorder itself was killed for want of memory, and there is no trace

Anything else is printed with its seed and ends in exit code 1. `--seed S --runs 1` runs it again.
`--beside` has stress-ng take processor, memory and forks meanwhile. `--memory` makes runs in small
control groups only. `--seconds` bounds the time, and SIGTERM or SIGINT ends it after the runs under
way; how many runs there were is said, every thousand of them on stderr. Most of a run's time is
waiting for the kernel to load and free programs: `--jobs` may well be more than there are processors.
"""
import argparse
import concurrent.futures
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import memory_group

FILES = 4000
BUILD = os.environ.get("BUILD") or os.path.join(os.getcwd(), "build")
STORM = os.path.join(BUILD, "probes", "storm")
GROUPS = memory_group.find()
OPS = {0: ["open"], 1: ["stat"], 2: ["stat"]}


class Wrong(Exception):
    pass


def choose(seed, memory_only):
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
        "locked": rng.choice([None] * 8 + [rng.randrange(0, 64) << 10]),
    }
    group = rng.choice(["recorder", "command", "both"]), rng.randrange(1, 160) << 18
    if GROUPS and (memory_only or rng.random() < 0.1):
        # Who has stopped the recorder and is then killed cannot let it go on.
        run |= {"who": group[0], "group": group[1], "stop": 0}
    return run


def limits(run):
    words = [f"--nofile={run['files']}"] if run["files"] else []
    words += [f"--as={run['memory']}"] if run["memory"] else []
    words += [f"--memlock={run['locked']}"] if run["locked"] is not None else []
    return ["prlimit", *words] if words else []


def expected(run, top):
    files, misses = {}, set()
    for k in range(run["first"], run["first"] + run["count"]):
        files[f"{top}/{k:05}"] = OPS[k % 3]
        if k % 3 == 2:
            misses.add(f"{top}/missing-{k:05}")
    return files, misses


def written_down(run, top, progress):
    """What the command says that it has done: a byte for each number."""
    files = {}
    try:
        with open(progress, "rb") as f:
            done = f.read()
    except FileNotFoundError:
        return files
    for i, byte in enumerate(done):
        if byte:
            files[f"{top}/{run['first'] + i:05}"] = OPS[(run["first"] + i) % 3]
    return files


def judge(run, top, code, said, path, progress):
    """How the run ended; raises Wrong when it may not end so."""
    try:
        with open(path) as f:
            trace = json.load(f)
    except FileNotFoundError:
        if run.get("who") in ("recorder", "both") and code == -signal.SIGKILL:
            return "killed"
        # Under a limit the dynamic loader may fail before there is a recorder at all.
        if code == 125 and said.strip() or code == 127 and "error while loading shared" in said:
            return "refused"
        raise Wrong(f"exit code {code} and no trace: {said!r}") from None
    if trace["complete"]:
        files, misses = expected(run, top)
        got = {f["path"]: f["ops"] for f in trace["files"] if f["path"].startswith(top + "/")}
        got_misses = {m["path"] for m in trace["misses"] if m["path"].startswith(top + "/")}
        if code not in (0, 125) and (limits(run) or "group" in run):
            # The command itself could not go on.
            least = written_down(run, top, progress)
            if least.items() <= got.items() <= files.items() and got_misses <= misses:
                return "exact"
            raise Wrong(f"FALSE COMPLETE, exit code {code}: {len(got)} files, written down "
                        f"{len(least)}")
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


def run_one(seed, top, memory_only):
    run = choose(seed, memory_only)
    with tempfile.TemporaryDirectory() as scratch:
        path, progress = os.path.join(scratch, "trace.json"), os.path.join(scratch, "progress")
        storm = [STORM, top, *(str(run[k]) for k in
                               ("first", "count", "processes", "threads", "stop")), progress]
        record = [*limits(run), "importtrace", "record", "-q", "-o", path, "--buffer",
                  f"{run['buffer']}K", "--processes", str(run["room"]), "--"]
        group = None
        if "group" in run:
            group = memory_group.MemoryGroup(GROUPS, f"{os.getpid()}-{seed}", run["group"])
            if run["who"] == "command":
                storm = group.enter(storm)
            else:
                record = group.enter(record)
            if run["who"] == "recorder":
                storm = group.leave(storm)
        try:
            done = subprocess.run(record + storm, capture_output=True, text=True,
                                  errors="replace", timeout=120, check=False)
            return judge(run, top, done.returncode, done.stderr, path, progress)
        except Wrong as e:
            raise Wrong(f"seed {seed}: {e}\n  {run}") from None
        finally:
            if group and not group.remove():
                raise Wrong(f"seed {seed}: a process stays\n  {run}")


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
    parser.add_argument("--memory", action="store_true")
    args = parser.parse_args()
    if args.beside and not shutil.which("stress-ng"):
        sys.exit("stress-ng is not installed")
    if args.memory and not GROUPS:
        sys.exit("control groups of memory cannot be made here")
    beside = start_beside(args.seconds) if args.beside else None
    end = time.monotonic() + args.seconds
    stopped = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stopped.set())
    tally, wrong = {"exact": 0, "incomplete": 0, "refused": 0, "killed": 0}, []
    lock = threading.Lock()

    def task(seed):
        if stopped.is_set() or time.monotonic() > end or len(wrong) > 5:
            return
        try:
            outcome = run_one(seed, top, args.memory)
            with lock:
                tally[outcome] += 1
                if sum(tally.values()) % 1000 == 0:
                    print(time.strftime("%H:%M:%S"), tally, file=sys.stderr, flush=True)
        except (Wrong, subprocess.TimeoutExpired) as e:
            wrong.append(str(e))

    try:
        with tempfile.TemporaryDirectory() as top:
            top = os.path.realpath(top)
            for k in range(FILES):
                open(f"{top}/{k:05}", "w").close()
            with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
                list(pool.map(task, range(args.seed, args.seed + args.runs)))
    finally:
        if beside:
            beside.terminate()
            beside.wait()
    false_complete = sum("FALSE COMPLETE" in w for w in wrong)
    runs = sum(tally.values()) + len(wrong)
    print(f"{runs} of {args.runs} runs from seed {args.seed}: "
          f"{tally['exact']} exact, {tally['incomplete']} incomplete and said so, "
          f"{tally['refused']} refused, {tally['killed']} killed for want of memory; "
          f"false complete: {false_complete}; other failures: {len(wrong) - false_complete}")
    if not GROUPS:
        print("without control groups of memory: they cannot be made here")
    for w in wrong:
        print(w)
    few = runs >= 100 and not args.memory and (tally["exact"] < 10 or tally["incomplete"] < 10)
    if few:
        print("the runs do not cover both ends")
    sys.exit(bool(wrong) or few)


main()
