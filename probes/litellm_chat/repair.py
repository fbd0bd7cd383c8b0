"""A layer of level `trace`, recorded with plain chat, repaired until all the workloads pass on it.

    python3 probes/litellm_chat/repair.py SITE [-o WORKDIR] [--safety LEVEL] [--before]

SITE is the full tree (build/demo/site/python of ./dev demo). Prints what verify says, the sizes
among it; with --before also what it says of the layer as prune made it.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from matrix import WORKLOADS, command, proof, start_server  # noqa: E402


def show_size(what, path):
    files = [i for i in zipfile.ZipFile(path).infolist() if not i.is_dir()]
    plain = sum(i.file_size for i in files if not i.filename.endswith(".pyc"))
    print(f"{what}: {len(files)} files, {sum(i.file_size for i in files) / 1e6:.1f} MB, "
          f"{plain / 1e6:.1f} MB without bytecode, {os.path.getsize(path) / 1e6:.1f} MB zipped", flush=True)


def verify(site, folder, *options):
    """verify's report; its answer must be one (0 or 1)."""
    p = subprocess.run([proof.PROGRAM, "verify", "layer.zip", "--same-output", f"--root={site}=python", *options],
                       cwd=folder, env=proof.environment(site), stdout=subprocess.PIPE, text=True)
    print(p.stdout, flush=True)
    if p.returncode not in (0, 1):
        sys.exit("repair: verify could not tell")
    return p.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site")
    parser.add_argument("-o", dest="folder", default=None, help="where layers go (default: a new one)")
    parser.add_argument("--safety", default="trace", help="the level that is repaired")
    parser.add_argument("--before", action="store_true", help="verify the layer before the repair too")
    args = parser.parse_args()
    site = os.path.realpath(args.site)
    with tempfile.TemporaryDirectory(dir=args.folder and os.path.abspath(args.folder)) as folder:
        server = start_server(folder)
        try:
            with open(os.path.join(folder, "uses"), "w") as f:
                f.writelines(f"{name}: {shlex.join(command(name))}\n" for name in WORKLOADS)
            proof.record(command("chat"), site, folder, os.path.join(folder, "trace.json"))
            subprocess.run([proof.PROGRAM, "prune", "-q", "--keep=trace.json", f"--root={site}=python",
                            f"--safety={args.safety}"], cwd=folder, check=True)
            show_size("as prune made it", os.path.join(folder, "layer.zip"))
            if args.before:
                verify(site, folder, "--matrix=uses")
            code = verify(site, folder, "--matrix=uses", "--repair")
            show_size("repaired", os.path.join(folder, "layer.zip"))
        finally:
            server.terminate()
            server.wait()
    sys.exit(code)


if __name__ == "__main__":
    main()
