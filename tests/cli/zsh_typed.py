"""What a zsh command line shows after TAB, with _importtrace from DIR.

    python3 tests/cli/zsh_typed.py DIR 'importtrace pru'
"""
import os
import pty
import select
import sys
import time


def read_until(fd, wanted, seconds=10):
    got, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and not wanted(got):
        if select.select([fd], [], [], 0.05)[0]:
            got += os.read(fd, 4096)
    return got


def main():
    directory, typed = sys.argv[1:]
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("zsh", ["zsh", "-f", "-i"])
    os.write(fd, f"PS1=; fpath=({directory} $fpath); autoload -U compinit; compinit -u -D; echo rea''dy\n".encode())
    read_until(fd, lambda got: b"ready\r" in got)
    os.write(fd, typed.encode() + b"\t")
    quiet = [time.monotonic()]

    def settled(got):
        if len(got) != settled.length:
            settled.length, quiet[0] = len(got), time.monotonic()
        return len(got) > len(typed) and time.monotonic() - quiet[0] > 0.5
    settled.length = 0
    print(read_until(fd, settled).decode("utf-8", "replace").split("\r")[-1])
    os.close(fd)
    os.waitpid(pid, 0)


main()
