"""The demo's table: prune's report (JSON) of each level, and what the smoke run says on it.

    python3 demo_table.py DIR LEVEL…          DIR holds report-LEVEL.json and LEVEL.smoke
"""
import json
import os
import sys

TITLES = {"all": "everything", "static": "static rules"}
FOLDER, LEVELS = sys.argv[1], sys.argv[2:]
NAMES = [TITLES.get(level, level) for level in LEVELS]


def read(name):
    with open(os.path.join(FOLDER, name)) as f:
        return f.read()


reports = [json.loads(read(f"report-{level}.json")) for level in LEVELS]


# A layer of a few files has no megabytes to show.
UNIT, SIZE = ("MB", 1e6) if reports[0]["kept"]["bytes"] >= 1e6 else ("kB", 1e3)


def mb(n):
    return f"{n / SIZE:.1f}"


def row(name, *cells):
    print(f"{name:<28}" + "".join(f"{cell:>15}" for cell in cells))


print()
row("", *NAMES)
row("files", *(r["kept"]["files"] for r in reports))
row(UNIT, *(mb(r["kept"]["bytes"]) for r in reports))
row(f"{UNIT} without bytecode", *(mb(r["kept"]["bytes"] - r["kept_bytecode"]["bytes"]) for r in reports))
row(f"{UNIT} zipped", *(mb(r["zip_bytes"]) for r in reports))
row("the smoke run", *(read(f"{level}.smoke").strip() for level in LEVELS))
print()
row(f"the ten largest ({UNIT})", *NAMES)
kept = [{p["name"]: p["kept_bytes"] for p in r["packages"]} for r in reports]
for package in reports[0]["packages"][:10]:
    row(package["name"], *(mb(k.get(package["name"], 0)) for k in kept))
