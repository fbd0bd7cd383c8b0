#!/usr/bin/env bats
# explain, layer.removed.tsv and the manifest, on the small layer and its carried trace.

load small_layer

setup() {
	small_layer
}

bats_require_minimum_version 1.5.0

explain() {
	importtrace explain --keep trace.json "$@"
}

@test "a touched file: the trace, the process and what it did" {
	run explain alpha/core.py
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "alpha/core.py ("*"): kept, as python/alpha/core.py" ]]
	[[ "$output" == *"traced: touched by the recorded run"* ]]
	[[ "$output" == *"trace.json: open, stat by process 2 (/nowhere/python3.11)"* ]]
}

@test "the chain leads from one file to the next" {
	run explain beta-2.1.dist-info/WHEEL
	[[ "$output" == *"metadata: "*"beta/__init__.py"*"which is kept: beta/__init__.py"*"traced: "* ]]
}

@test "a removed file: category, and the line that keeps it, which then does" {
	run explain --safety trace alpha/unused.py
	[ "$status" -eq 0 ]
	[[ "$output" == *"removed"*"untouched module: no run touched it"* ]]
	touch 'python/alpha/odd *[name] #1 '
	for f in alpha/unused.py 'alpha/odd *[name] #1 '; do
		explain --safety trace "$f" | sed -n 's/^  the line of the rules file that keeps it: //p' >.importtrace
		run explain --safety trace "$f"
		[[ "$output" == *"kept, as python/$f"*"user:1: line 1 of .importtrace"* ]]
	done
}

@test "a file that the user drops says which line" {
	printf '\ndrop core.py # we have our own\n' >mine
	run explain --rules mine alpha/core.py
	[[ "$output" == *"removed"*"dropped by line 2 of mine: we have our own"* ]]
}

@test "a path may be relative to the root, inside the layer, absolute, or that of the file" {
	ln -s python link
	for path in beta/__init__.py python/beta/__init__.py "$T/python/beta/__init__.py" \
		./python/../python/beta/__init__.py link/beta/__init__.py beta//__init__.py; do
		run explain "$path"
		[ "$status" -eq 0 ]
		[[ "${lines[0]}" == "beta/__init__.py ("* ]]
	done
	# As text it leads out of the root, resolved it does not.
	run explain python/alpha/
	[[ "${lines[0]}" == "alpha (directory): kept"* ]]
}

@test "an unknown path names the nearest, and nothing is explained" {
	run --separate-stderr explain alpha/kore.py
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"no alpha/kore.py under the root $T/python; the nearest path is 'alpha/core.py'"* ]]
	run explain
	[ "$status" -eq 2 ]
}

@test "--json says the same for programs" {
	explain --safety trace --json alpha/unused.py beta-2.1.dist-info/WHEEL >e.json
	python3 - <<-'END'
		import json
		a, b = json.load(open("e.json"))
		assert (a["kept"], a["category"], a["keep_with"]) == (False, "untouched module", "keep /alpha/unused.py")
		assert [c["reason"] for c in b["chain"]] == ["metadata", "traced"], b
		assert b["chain"][0]["by"] == b["chain"][1]["path"] == "beta/__init__.py"
		assert b["chain"][1]["touches"][0]["ops"] == ["open", "stat"]
	END
}

@test "layer.removed.tsv and the manifest: every file once, and what the zip holds" {
	printf 'odd\tname' >"$(printf 'python/alpha/odd\tname\n\\')"
	importtrace prune --keep trace.json -q --manifest m.json --safety trace
	python3 - <<-'END'
		import json, os, zipfile
		m = json.load(open("m.json"))
		assert (m["schema"], m["version"], m["safety"]) == ("importtrace/manifest", 1, "trace")
		files = {f["path"]: f for f in m["files"]}
		assert len(files) == len(m["files"]) and list(files) == sorted(files)
		tree = {os.path.join(d, f) for d, _, fs in os.walk("python") for f in fs}
		assert tree == {p for p, f in files.items() if f["type"] != "dir"}
		names = zipfile.ZipFile("layer.zip").namelist()
		assert {n.rstrip("/") for n in names} == {p for p, f in files.items() if f["kept"]}
		removed = [p for p, f in files.items() if not f["kept"]]
		assert m["removed"] == {"files": len(removed), "bytes": sum(os.path.getsize(p) for p in removed)}
		lines = open("layer.removed.tsv").read().split("\n")
		assert lines[0] == "path\tbytes\tcategory\twhy" and lines[-1] == ""
		rows = [line.split("\t") for line in lines[1:-1]]
		assert all(len(row) == 4 and row[3] for row in rows), rows
		plain = [row[0].replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\") for row in rows]
		assert plain == removed, (plain, removed)
	END
}

@test "the lists do not depend on where the tree lies" {
	importtrace prune --keep trace.json -q --manifest m.json
	mkdir deep
	cp -R python deep/python
	sed "s|@ROOT@|$T/deep/python|g" "$BATS_TEST_DIRNAME/../../probes/small_layer/trace.json.in" >two.json
	(cd deep && LC_ALL=C TZ=Asia/Tokyo importtrace prune --keep ../two.json -q --manifest ../n.json -o ../two.zip)
	cmp m.json n.json
	cmp layer.removed.tsv two.removed.tsv
	cmp layer.zip two.zip
}

@test "a list that cannot be written is an error before the work" {
	run importtrace prune --keep trace.json -q --manifest nowhere/m.json
	[ "$status" -eq 2 ]
	[ ! -e layer.zip ]
	mkdir layer.removed.tsv
	run importtrace prune --keep trace.json -q
	[ "$status" -eq 2 ]
	[[ "$output" == *layer.removed.tsv* ]]
	[ ! -e layer.zip ]
}

@test "with --dry-run only the manifest is written, and only when asked for" {
	importtrace prune --keep trace.json -q --dry-run --manifest m.json
	[ -s m.json ]
	[ ! -e layer.zip ] && [ ! -e layer.removed.tsv ]
}
