"""Control groups with little memory: version 2 where it has the memory controller, or version 1."""
import os
import subprocess
import sys
import time


def mounts():
    with open("/proc/self/mounts") as f:
        for line in f:
            _, where, kind, options = line.split()[:4]
            yield where, kind, options.split(",")


def find():
    """Where groups can be made, and the name of their limit; None where they cannot."""
    for where, kind, options in mounts():
        try:
            if kind == "cgroup2":
                with open(f"{where}/cgroup.controllers") as f:
                    if "memory" not in f.read().split():
                        continue
                with open(f"{where}/cgroup.subtree_control", "w") as f:
                    f.write("+memory")
                name = "memory.max"
            elif kind == "cgroup" and "memory" in options:
                name = "memory.limit_in_bytes"
            else:
                continue
            probe = f"{where}/importtrace-probe-{os.getpid()}"
            os.mkdir(probe)
            os.rmdir(probe)
            return where, name
        except OSError:
            continue
    return None


class MemoryGroup:
    """A group of its own; whoever is in it has `size` bytes."""

    def __init__(self, found, name, size):
        root, limit = found
        self.root_procs = f"{root}/cgroup.procs"
        self.path = f"{root}/importtrace-{name}"
        os.mkdir(self.path)
        with open(f"{self.path}/{limit}", "w") as f:
            f.write(str(size))

    def enter(self, command):
        return ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{self.path}/cgroup.procs", *command]

    def leave(self, command):
        return ["sh", "-c", 'echo $$ >"$0" && exec "$@"', self.root_procs, *command]

    def remove(self, seconds=20):
        """True when all that was in it has ended."""
        end = time.monotonic() + seconds
        while True:
            try:
                os.rmdir(self.path)
                return True
            except OSError:
                if time.monotonic() > end:
                    return False
                time.sleep(0.01)


def main():
    """memory_group.py BYTES COMMAND…: runs it in a group; its exit code as a shell gives it."""
    found = find()
    if not found:
        sys.exit("control groups of memory cannot be made here")
    group = MemoryGroup(found, str(os.getpid()), int(sys.argv[1]))
    code = subprocess.run(group.enter(sys.argv[2:]), check=False).returncode
    if not group.remove():
        sys.exit("a process stays")
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
