"""Recordings that are killed, hung up and stopped, and what they must leave behind.

    python3 faults.py kill N [SEED]   SIGKILL to the recorder at N random moments
    python3 faults.py hangup          the terminal goes away
    python3 faults.py stop            Ctrl-Z and fg in an interactive shell
    python3 faults.py interrupt       Ctrl-C
    python3 faults.py leaks           is any program of ours left in the kernel?

Runs in a directory of its own; prints what is wrong and exits 1. The kernel's objects are judged
only where they are ours: a program that no process holds is a leak, whoever made it.
"""
import ctypes
import glob
import json
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import time

PROGRAMS = {"sys_exit", "sys_exit_2", "sys_exit_3", "process_fork", "process_fork_2", "process_exec",
            "process_exec_2", "process_exit", "process_exit_2"}
PR_SET_CHILD_SUBREAPER = 36


def fail(text):
    print(text)
    sys.exit(1)


def held_programs():
    """Ids of the BPF programs that some process has a descriptor of."""
    held = set()
    for info in glob.glob("/proc/[0-9]*/fdinfo/*"):
        try:
            with open(info) as f:
                held |= {int(n) for n in re.findall(r"^prog_id:\s*(\d+)", f.read(), re.M)}
        except OSError:
            pass
    return held


def leaked_programs():
    """Programs of ours that nobody holds. The kernel frees them a moment after their last
    descriptor is closed; on a busy machine that takes seconds (RCU tasks)."""
    suspects = None
    for _ in range(600):
        shown = json.loads(subprocess.check_output(["bpftool", "-j", "prog", "show"]))
        now = {p["id"] for p in shown if p.get("name") in PROGRAMS} - held_programs()
        suspects = now if suspects is None else suspects & now
        if not suspects:
            return set()
        time.sleep(0.1)
    return suspects


def check_leaks():
    leaked = leaked_programs()
    if leaked:
        fail(f"BPF programs that nobody holds: {sorted(leaked)}")


def session_members(session):
    """Processes of a session, zombies included."""
    members = []
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as f:
                fields = f.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            members.append((int(stat.split("/")[2]), fields[0]))
    return members


def reap_until_alone(seconds):
    """Everything that came to us, the subreaper, has ended and is reaped."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.005)
        except ChildProcessError:
            return True
    return False


def check_trace(old):
    """The old trace or a whole new one; nothing else, but for a whole one not yet renamed."""
    with open("trace.json") as f:
        text = f.read()
    if text != old and json.loads(text)["schema"] != "importtrace/trace":
        fail("trace.json is neither the old nor a new one")
    for name in os.listdir("."):
        if name.startswith(".trace.json."):
            with open(name) as f:
                json.load(f)
            os.unlink(name)
        elif name not in ("trace.json", "started"):
            fail(f"left behind: {name}")
    return text != old


WORKLOAD = ["sh", "-c", "echo x >started; cat /etc/passwd /etc/group >/dev/null; sleep 0.1; ls / >/dev/null"]


def start(command):
    return subprocess.Popen(["importtrace", "record", "-q", "-o", "trace.json", "--", *command],
                            start_new_session=True)


def kill_at_random(n, seed):
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    rng = random.Random(seed)
    begin = time.monotonic()
    start(WORKLOAD).wait()
    span = 1.2 * (time.monotonic() - begin)
    old, new, stages = "old\n", 0, {"before": 0, "running": 0, "finished": 0}
    for i in range(n):
        with open("trace.json", "w") as f:
            f.write(old)
        if os.path.exists("started"):
            os.unlink("started")
        recorder = start(WORKLOAD)
        time.sleep(rng.uniform(0, span))
        recorder.kill()
        code = recorder.wait()
        if not reap_until_alone(10):
            fail(f"run {i}, seed {seed}: still there: {session_members(recorder.pid)}")
        written = check_trace(old)
        new += written
        stages["finished" if code == 0 else "running" if os.path.exists("started") else "before"] += 1
        if written and code not in (0, -signal.SIGKILL):
            fail(f"run {i}, seed {seed}: exit code {code}")
    check_leaks()
    print(f"{n} runs, seed {seed}: killed before the command {stages['before']}, during it or "
          f"after it {stages['running']}, ended by themselves {stages['finished']}; {new} new traces")
    if not stages["before"] or not stages["running"]:
        fail("the moments do not cover the run")


class Terminal:
    """A program with a terminal of its own."""

    def __init__(self, argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # below nohup it would stay ignored
            os.environ["PS1"] = "ready> "
            os.execvp(argv[0], argv)
        self.seen = b""

    def expect(self, what, seconds=20):
        end = time.monotonic() + seconds
        while what not in self.seen:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                fail(f"no {what!r} in {self.seen!r}")
            self.seen += os.read(self.fd, 4096)
        self.seen = self.seen.partition(what)[2]

    def send(self, data):
        os.write(self.fd, data)


def complete_trace():
    with open("trace.json") as f:
        trace = json.load(f)
    if not trace["complete"]:
        fail(f"incomplete: {trace['reasons']}")
    return trace


def hang_up():
    t = Terminal(["importtrace", "record", "-q", "-o", "trace.json", "--",
                  "sh", "-c", "echo running; cat /etc/group >/dev/null; exec sleep 60"])
    t.expect(b"running")
    time.sleep(0.2)
    os.close(t.fd)
    status = os.waitpid(t.pid, 0)[1]
    if os.waitstatus_to_exitcode(status) != 128 + signal.SIGHUP:
        fail(f"wait status {status}")
    trace = complete_trace()
    if trace["signal"] != signal.SIGHUP:
        fail(f"signal {trace['signal']}")


def states(session):
    return sorted(state for pid, state in session_members(session) if pid != session)


def stop_and_continue():
    with open("count.py", "w") as f:
        f.write("import time, os\nprint('counting', flush=True)\nfor i in range(20):\n"
                "    os.path.exists(f'/tmp/nothing-{i}'); time.sleep(0.05)\nprint('counted', i)\n")
    shell = Terminal(["bash", "--norc", "--noprofile", "-i"])
    shell.expect(b"ready> ")
    shell.send(b"importtrace record -q -o trace.json -- python3 count.py\n")
    shell.expect(b"counting")
    time.sleep(0.2)
    shell.send(b"\x1a")
    shell.expect(b"Stopped")
    end = time.monotonic() + 5  # the shell tells of the one, the other stops by itself
    while (now := states(shell.pid)) != ["T", "T"]:
        if time.monotonic() > end:
            fail(f"after Ctrl-Z: {now}")
        time.sleep(0.01)
    shell.send(b"fg\n")
    shell.expect(b"counted 19")
    shell.send(b"echo code $?\n")
    shell.expect(b"code 0")
    shell.send(b"exit\n")
    os.waitpid(shell.pid, 0)
    trace = complete_trace()
    missed = [m for m in trace["misses"] if "/tmp/nothing-" in m["path"]]
    if len(missed) != 20:
        fail(f"{len(missed)} of 20 look-ups")


def interrupt():
    t = Terminal(["importtrace", "record", "-q", "-o", "trace.json", "--", "python3", "-c",
                  "import signal, sys, time\n"
                  "got = []\n"
                  "signal.signal(signal.SIGINT, lambda *a: got.append(1))\n"
                  "print('running', flush=True)\n"
                  "for n in (1, 2):\n"
                  "  while len(got) < n: time.sleep(0.01)\n"
                  "  print('got', n, flush=True)\n"
                  "time.sleep(0.3)\n"
                  "sys.exit(9 if len(got) == 2 else 1)"])
    t.expect(b"running")
    t.send(b"\x03")
    t.expect(b"got 1")
    t.send(b"\x03")
    t.expect(b"got 2")
    code = os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1])
    if code != 9 or complete_trace()["exit_code"] != 9:
        fail(f"exit code {code}")


if __name__ == "__main__":
    what = sys.argv[1]
    if what == "kill":
        kill_at_random(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns())
    else:
        {"leaks": check_leaks, "hangup": hang_up, "stop": stop_and_continue,
         "interrupt": interrupt}[what]()
