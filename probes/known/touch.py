"""The Python side of the known-answer probes: what an import and its neighbours touch.

    python3 -S -E touch.py DIR EXPECTED

DIR holds what `touch prepare` made. Writes the lines that compare.py checks, as touch.c does.
"""
import mmap
import os
import subprocess
import sys
import threading

top, expected = sys.argv[1], open(sys.argv[2], "w")


def expect(ops, name):
    expected.write(f"{ops} {os.path.join(top, name) if name else top}\n")


def read(name):
    with open(os.path.join(top, name)) as f:
        f.fileno()


fd = os.open(os.path.join(top, "a"), os.O_RDONLY)
mmap.mmap(fd, 0, prot=mmap.PROT_READ)
expect("open,map", "a")
sub = os.open(os.path.join(top, "sub"), os.O_RDONLY | os.O_DIRECTORY)
os.stat("c", dir_fd=sub)
os.listdir(sub)
expect("open,list", "sub")
expect("stat", "sub/c")
os.readlink(os.path.join(top, "alias"))
expect("readlink", "alias")
thread = threading.Thread(target=read, args=("t0",))
thread.start()
thread.join()
expect("open", "t0")
subprocess.run(["/bin/cat", os.path.join(top, "t1")], check=True, stdout=subprocess.DEVNULL)
expect("open", "t1")
pid = os.fork()
if pid == 0:
    os.chdir(os.path.join(top, "sub", "deep"))
    os.access("d", os.R_OK)
    os._exit(0)
os.waitpid(pid, 0)
expect("stat", "sub/deep")
expect("stat", "sub/deep/d")
os.rename(os.path.join(top, "t2"), os.path.join(top, "renamed"))
expect("write", "t2")
expect("write", "renamed")
expected.close()
