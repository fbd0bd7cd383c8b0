"""Workloads × levels: recorded with plain chat, what else runs on the layer, and at what size.

    python3 probes/litellm_chat/matrix.py SITE [-o WORKDIR] [--levels L,…] [--require L]

SITE is the full tree (build/demo/site/python of ./dev demo). Each level's layer takes the tree's
place in a mount namespace; an answer must be the one of the full tree. With --require the exit
code is 1 unless every workload passes at that level, and takes at most 75 % of the bytes (without
bytecode) of whole touched distributions; and unless `trace`, if it is among the levels, passes the
recorded workload.
"""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import proof  # noqa: E402

WORKLOADS = ("chat async_chat streaming embedding error_429 router cost tokens prompt_templates"
             " metadata anthropic bedrock boto3_sqs").split()
LIMIT = 0.75


def start_server(folder):
    port_file = os.path.join(folder, "port")
    server = subprocess.Popen([sys.executable, os.path.join(HERE, "server.py"), port_file])
    for _ in range(100):
        if os.path.exists(port_file):
            break
        time.sleep(0.1)
    with open(port_file) as f:
        os.environ["IMPORTTRACE_BASE_URL"] = f"http://127.0.0.1:{f.read()}/v1"
    return server


def command(name):
    return [sys.executable, "-S", os.path.join(HERE, "workloads", name + ".py")]


def row(name, cells):
    print(f"{name:<26}" + "".join(f"{cell:>12}" for cell in cells), flush=True)


def make_layers(levels, site, trace, folder):
    """{level: (layer directory, its size)}; `whole` is whole touched distributions, as they are."""
    made = {}
    for level in levels:
        layer = os.path.join(folder, "layer-" + level)
        if level == "whole":
            names = proof.whole_touched(site, [trace], proof.distributions(site))
            proof.place_files(site, names, layer)
        else:
            proof.prune(level, [trace], site, layer)
        made[level] = (layer, proof.size_of(proof.files_below(layer)))
    return made


def run_all(site, made, folder):
    """{(workload, level): passed}; as many at a time as there are processors."""
    passed = {}

    def run_one(name):
        want = proof.run(command(name), site, folder)
        if want.code != 0:
            return f"{name} fails on the full tree: {proof.last_line(want.error)}"
        for level, (layer, _) in made.items():
            got = proof.run(command(name), site, folder, layer)
            passed[name, level] = got.code == 0 and got.output == want.output
            if not passed[name, level]:
                why = proof.last_line(got.error) if got.code else "another answer: " + got.output
                print(f"# {name} at {level}: {why.strip()}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for error in pool.map(run_one, WORKLOADS):
            if error:
                sys.exit("matrix: " + error)
    return passed


def show(made, passed):
    row("", made)
    for name in WORKLOADS:
        row(name, ("pass" if passed[name, level] else "-" for level in made))
    row("passes", (sum(passed[n, level] for n in WORKLOADS) for level in made))
    row("files", (size.files for _, size in made.values()))
    row("MB", (f"{size.bytes_with_pyc / 1e6:.1f}" for _, size in made.values()))
    row("MB without bytecode", (f"{size.bytes / 1e6:.1f}" for _, size in made.values()))
    whole = made["whole"][1].bytes
    row("% of whole", (f"{100 * size.bytes / whole:.1f}" for _, size in made.values()))


def is_good(required, made, passed):
    failed = [n for n in WORKLOADS if not passed[n, required]]
    share = made[required][1].bytes / made["whole"][1].bytes
    if failed:
        print(f"matrix: at {required} these fail: {' '.join(failed)}")
    if share > LIMIT:
        print(f"matrix: {required} takes {share:.1%} of whole touched distributions, not {LIMIT:.0%}")
    own = passed.get(("chat", "trace"), True)
    if not own:
        print("matrix: trace fails its own workload")
    return not failed and share <= LIMIT and own


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site")
    parser.add_argument("-o", dest="folder", default=None, help="where layers go (default: a new one)")
    parser.add_argument("--levels", default="static,trace,closure,package,all")
    parser.add_argument("--require", metavar="LEVEL")
    args = parser.parse_args()
    site = os.path.realpath(args.site)
    with tempfile.TemporaryDirectory(dir=args.folder or os.path.dirname(site)) as folder:
        server = start_server(folder)
        try:
            trace = os.path.join(folder, "trace.json")
            proof.record(command("chat"), site, folder, trace)
            made = make_layers([*args.levels.split(","), "whole"], site, trace, folder)
            passed = run_all(site, made, folder)
        finally:
            server.terminate()
            server.wait()
    show(made, passed)
    if args.require and not is_good(args.require, made, passed):
        sys.exit(1)


if __name__ == "__main__":
    main()
