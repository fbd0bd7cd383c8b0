#!/usr/bin/env bats
# report: tables, JSON, ncdu's format, and wrong input.

bats_require_minimum_version 1.5.0

load small_layer

setup() {
	small_layer
}

@test "a trace: what is kept and why, by package and type, and Lambda's head-room" {
	run --separate-stderr importtrace report trace.json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == *"PACKAGE"*"alpha 1.0"*"TYPE"*".py"*"KEPT BECAUSE"*"traced"* ]]
	[[ "$output" == *"REMOVED"*"tests"*"LARGEST FILES"*"Lambda, unzipped"*"left"* ]]
}

@test "a directory: its contents by kind" {
	run importtrace report python
	[ "$status" -eq 0 ]
	[[ "$output" == *"CONTENTS"*"module"* ]]
	[[ "$output" != *"KEPT BECAUSE"* ]]
	[[ "$output" != *"untouched"* ]]
}

@test "a pipe gets whole paths and no colours" {
	long=$(printf 'x%.0s' {1..200})
	mkdir -p "python/$long" && echo 1 >"python/$long/$long.py"
	COLUMNS=40 importtrace report python | grep -q "$long/$long.py"
	! importtrace report python | grep -q $'\033' || false
}

@test "JSON holds every file with its decision, and adds up" {
	importtrace report trace.json --json >r.json
	python3 - <<-'PY'
	import json
	r = json.load(open("r.json"))
	assert (r["schema"], r["version"]) == ("importtrace/report", 1)
	files = {f["path"]: f for f in r["files"]}
	assert files["python/alpha/core.py"]["kept"] and files["python/alpha/core.py"]["decision"] == "traced"
	assert files["python/alpha/unused.py"]["decision"] == "module"
	assert not files["python/alpha/tests/test_core.py"]["kept"]
	kept = [f for f in r["files"] if f["kept"]]
	assert r["totals"]["kept"] == {"files": len(kept), "bytes": sum(f["bytes"] for f in kept)}
	assert r["totals"]["all"]["files"] == len(files) == len(r["files"])
	assert sum(p["files"] for p in r["packages"]) == sum(t["files"] for t in r["types"]) == len(files)
	assert not any("zip_bytes" in f for f in r["files"])
	PY
}

@test "of a zip as it is, JSON holds what each file takes in it" {
	importtrace prune --keep trace.json -q
	importtrace report layer.zip --json >r.json
	python3 - <<-'PY'
	import json, zipfile
	r = json.load(open("r.json"))
	want = {i.filename: i.compress_size for i in zipfile.ZipFile("layer.zip").infolist() if not i.is_dir()}
	assert {f["path"]: f["zip_bytes"] for f in r["files"]} == want and sum(want.values()) > 0
	PY
}

@test "ncdu reads its format" {
	mkdir -p 'python/odd' && echo 1 >"python/odd/$(printf 'quote"back\\new\nline\377')"
	mkdir python/a-b && echo 1 >python/a-b/x && mkdir python/a && echo 1 >python/a/y
	importtrace report python --ncdu >n.json
	/usr/bin/ncdu -f n.json -o again.json </dev/null
	/usr/bin/python3 - <<-'PY'
	import json
	def total(node):
	    return sum(total(c) if isinstance(c, list) else c.get("asize", 0) for c in node[1:])
	def names(node, at=""):
	    for c in node[1:]:
	        if isinstance(c, list):
	            yield from names(c, at + c[0]["name"] + "/")
	        else:
	            yield at + c["name"]
	def load(name):
	    return json.loads(open(name, "rb").read().decode("utf-8", "surrogateescape"))[3]
	ours, theirs = load("n.json"), load("again.json")
	assert sorted(names(ours)) == sorted(names(theirs)), (sorted(names(ours)), sorted(names(theirs)))
	assert total(ours) == total(theirs) > 0
	import os
	real = sorted(os.path.join(d, f) for d, _, fs in os.walk("python") for f in fs)
	assert sorted(names(ours)) == real, (sorted(names(ours)), real)
	PY
}

@test "output goes to a file, whole or not at all" {
	importtrace report python -o r.txt
	grep -q PACKAGE r.txt
	run --separate-stderr importtrace report python -o missing/r.txt
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"missing/r.txt"* ]]
}

@test "a default: layer.zip; without one it says so" {
	run --separate-stderr importtrace report
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"layer.zip"* ]]
}

@test "wrong input: not there, two at once, a broken trace" {
	run --separate-stderr importtrace report nowhere
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"nowhere"* ]]
	run importtrace report python trace.json
	[ "$status" -eq 2 ]
	echo '{"half":' >broken.json
	run --separate-stderr importtrace report broken.json
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"broken.json"* ]]
}

@test "prune -v says what each category took away, and Lambda's limits" {
	run --separate-stderr importtrace prune --keep trace.json -v --safety trace
	[ "$status" -eq 0 ]
	[[ "$output" == *"STEP"*"everything"*"without tests"*"without untouched module"* ]]
	[[ "$output" == *"Lambda, unzipped"*"Lambda, zipped upload"*"left"* ]]
	# The last step leaves what is kept.
	kept=$(importtrace prune --keep trace.json -n --json --safety trace | python3 -c 'import json, sys; r = json.load(sys.stdin); print(round(100 * r["kept"]["bytes"] / r["total"]["bytes"]))')
	[[ "$(grep -E '^(without|made anew)' <<<"$output" | tail -1)" == *" $kept %" ]]
}
