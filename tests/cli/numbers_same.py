"""Compares what prune said (summary.json, manifest.json, *.removed.tsv) with the zip itself.

    numbers_same.py LAYER.ZIP
"""

import json
import sys
import zipfile

z = zipfile.ZipFile(sys.argv[1])
infos = {i.filename.rstrip("/"): i for i in z.infolist()}
files = {n: i.file_size for n, i in infos.items() if not i.is_dir()}
summary, manifest = json.load(open("summary.json")), json.load(open("manifest.json"))


def same(what, a, b):
    assert a == b, f"{what}: said {a}, the zip has {b}"


def pycs():
    return {n: s for n, s in files.items() if n.endswith(".pyc")}


def amount(of):
    return {"files": len(of), "bytes": sum(of.values())}


same("kept", summary["kept"], amount(files))
same("kept bytecode", summary["kept_bytecode"], amount(pycs()))
for part in ("files", "bytes"):
    same(f"reasons, {part}", sum(r[part] for r in summary["reasons"].values()), amount(files)[part])
    same(f"packages, {part}", sum(p["kept_" + part] for p in summary["packages"]), amount(files)[part])
    removed = summary["total"][part] + summary["added"][part] - summary["kept"][part]
    if part == "files":
        same("removed", sum(c[part] for c in summary["removed"].values()), removed)
filled = {n.rpartition("/")[0] for n in infos}
same("empty directories", summary["empty_directories"],
     sum(i.is_dir() and n not in filled for n, i in infos.items()))
same("archive", summary["zip_bytes"], len(open(sys.argv[1], "rb").read()))

same("manifest's head", manifest["kept"], amount(files))
listed = {f["path"]: f for f in manifest["files"]}
same("manifest's length", len(listed), len(manifest["files"]))
same("manifest's kept", {n for n, f in listed.items() if f["kept"]}, set(infos))
for n, f in listed.items():
    if f["kept"]:
        same(n, f["bytes"], files.get(n, 0))
        assert f["reason"] and f["why"], f
    else:
        assert f["category"] and f["why"], f
lines = open(sys.argv[1].removesuffix(".zip") + ".removed.tsv").read().splitlines()[1:]
same("removed.tsv", {line.split("\t")[0] for line in lines},
     {n for n, f in listed.items() if not f["kept"]})
