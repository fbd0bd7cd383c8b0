"""Runs a program and says where the time of its start goes: bench/start_where.py OUT PROGRAM

Appends one JSON object to OUT: seconds of the whole, of finding modules (importlib's finders), of
reading their files, of making code objects of what was read (unmarshalling, or compiling), of
loading extension modules, and of the garbage collector, each without the others. What is left is
the program's own: the bodies of its modules, which no layer changes.
"""
import time

START = time.perf_counter()
import atexit  # noqa: E402
import gc  # noqa: E402
import importlib._bootstrap as bootstrap  # noqa: E402
import importlib._bootstrap_external as external  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402

spent = dict.fromkeys(("find", "read", "code", "load", "gc"), 0.0)
running = []  # the inner ones of what runs now: their time is not the outer one's


def enter():
    running.append([time.perf_counter(), 0.0])


def leave(what):
    began, inner = running.pop()
    took = time.perf_counter() - began
    spent[what] += took - inner
    if running:
        running[-1][1] += took


def timed(owner, name, what):
    function = getattr(owner, name)

    def wrapper(*args, **keywords):
        enter()
        try:
            return function(*args, **keywords)
        finally:
            leave(what)

    setattr(owner, name, wrapper)


timed(bootstrap, "_find_spec", "find")
timed(external.FileLoader, "get_data", "read")
timed(external.SourceLoader, "get_code", "code")
timed(external.SourcelessFileLoader, "get_code", "code")
timed(external.ExtensionFileLoader, "create_module", "load")
gc.callbacks.append(lambda phase, _: enter() if phase == "start" else leave("gc"))


@atexit.register
def report():
    spent["all"] = time.perf_counter() - START
    with open(out, "a") as f:
        print(json.dumps(spent), file=f)


out = sys.argv[1]
sys.argv[:] = sys.argv[2:]
with open(sys.argv[0]) as program:
    code = compile(program.read(), sys.argv[0], "exec")
exec(code, {"__name__": "__main__", "__file__": sys.argv[0]})
