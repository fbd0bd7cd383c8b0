"""The demo's table: three prune reports (JSON) side by side.

    python3 demo_table.py ALL.json STATIC.json TRACED.json
"""
import json
import sys

NAMES = ["everything", "static rules", "traced"]
reports = [json.load(open(path)) for path in sys.argv[1:4]]


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
print()
row(f"the ten largest ({UNIT})", *NAMES)
kept = [{p["name"]: p["kept_bytes"] for p in r["packages"]} for r in reports]
for package in reports[0]["packages"][:10]:
    row(package["name"], *(mb(k.get(package["name"], 0)) for k in kept))
