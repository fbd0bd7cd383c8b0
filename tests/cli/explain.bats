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

# The trace is about core.py as it is now.
core_changed() {
	sed -i "/alpha\/core.py\"/s/\"size\": *[0-9]*/\"size\":$(stat -c %s python/alpha/core.py)/" trace.json
}

# The small layer's alpha, with an import two files away from the run, one that cannot work, and a
# library that the program can do without.
with_imports() {
	printf 'import alpha.near\n' >>python/alpha/core.py
	printf 'def later():\n    from alpha.far import x\n' >python/alpha/near.py
	printf '"""Far."""\ntry:\n    from alpha import _fast\nexcept ImportError:\n    _fast = None\n' >python/alpha/far.py
	printf 'import alpha.server\n' >python/alpha/cli.py
	printf '# A web server.\nfrom fastapi import FastAPI\nimport orjson\n' >python/alpha/server.py
	head -c 400000 /dev/zero >python/alpha/_fast.so
	for f in near.py far.py cli.py server.py _fast.so; do
		echo "alpha/$f,," >>python/alpha-1.0.dist-info/RECORD
	done
	core_changed
}

@test "the whole chain: each import with its line, down to the process and the recorded command" {
	with_imports
	run explain --root python=python alpha/far.py
	[ "$status" -eq 0 ]
	[[ "$output" == *"import: alpha/near.py:2 imports it (x)"*"from alpha.far import x"*"which is kept: alpha/near.py"*"import: alpha/core.py:"*"import alpha.near"*"which is kept: alpha/core.py"*"traced: "*"trace.json: open, stat by process 2 (/nowhere/python3.11)"*"recorded: "* ]] ||
		{ echo "$output"; false; }
	explain --root python=python --json alpha/far.py >e.json
	python3 - <<-'END'
		import json
		(f,) = json.load(open("e.json"))
		near, core, end = f["chain"]
		assert (near["by"], near["line"], near["source"]) == ("alpha/near.py", 2, "from alpha.far import x"), near
		assert core["by"] == end["path"] == "alpha/core.py" and core["source"] == "import alpha.near"
		(touch,) = end["touches"]
		trace = json.load(open("trace.json"))
		assert touch["command"] == trace["command"] != []
		assert {"trace", "ops", "pid", "exe", "first_ns", "started_by"} < set(touch)
	END
}

@test "a chain of 3,000 imports is told with its middle left out" {
	printf 'import alpha.m0\n' >>python/alpha/core.py
	core_changed
	for i in $(seq 0 2999); do echo "import alpha.m$((i + 1))" >python/alpha/m$i.py; done
	run explain --root python=python alpha/m2999.py
	[ "$status" -eq 0 ]
	[ "$(grep -c 'imports it' <<<"$output")" -eq 63 ]
	[[ "$output" == *"alpha/m2998.py:1 imports it"*"… 2937 steps more …"*"alpha/core.py:"*"traced: "* ]]
	explain --root python=python --json alpha/m2999.py | python3 -c '
import json, sys
(f,) = json.load(sys.stdin)
assert len(f["chain"]) == 64 and f["chain_omitted"] == 2937 and f["chain"][-1]["touches"]'
}

@test "a rule: the file, the line and the pattern behind it" {
	with_imports
	mkdir -p python/certifi && touch python/certifi/{__init__.py,cacert.pem}
	echo "import certifi" >>python/alpha/core.py
	core_changed
	printf 'Metadata-Version: 2.1\nName: alpha\nVersion: 1.0\nRequires-Dist: certifi\n' >python/alpha-1.0.dist-info/METADATA
	mkdir python/certifi-1.dist-info
	printf 'Name: certifi\nVersion: 1\n' >python/certifi-1.dist-info/METADATA
	printf 'certifi/__init__.py,,\ncertifi/cacert.pem,,\ncertifi-1.dist-info/METADATA,,\n' >python/certifi-1.dist-info/RECORD
	run explain --root python=python certifi/cacert.pem
	line=$(grep -n '^keep certifi/cacert.pem' "$BATS_TEST_DIRNAME/../../share/importtrace/rules" | cut -d: -f1)
	[[ "$output" == *"rule:ca-bundles: TLS is set up"*"share/importtrace/rules:$line: keep certifi/cacert.pem"* ]] || { echo "$output"; false; }
	printf 'keep *.txt # the notes\n' >mine
	run explain --root python=python --rules mine alpha/data/unused.txt
	[[ "$output" == *"user:1: line 1 of mine: the notes"*"mine:1: keep *.txt"* ]]
}

@test "removed because it cannot be imported: down to the missing name, and --provides keeps it" {
	with_imports
	run explain --root python=python alpha/cli.py
	[[ "$output" == *"unimportable module: cannot be imported here: line 1 imports alpha.server, which cannot be either"*"alpha/server.py: cannot be imported here: line 2 imports fastapi, which is not installed"*"from fastapi import FastAPI"* ]]
	[[ "$output" == *"--provides fastapi,orjson would keep it"* ]] || { echo "$output"; false; }
	run explain --root python=python --provides fastapi,orjson alpha/cli.py
	[[ "${lines[0]}" == *": kept, as "* ]]
	run explain --root python=python --provides fastapi,orjson alpha/server.py
	[[ "$output" == *"can be imported because of --provides fastapi: line 2 imports that"* ]]
	explain --root python=python --json alpha/cli.py | python3 -c '
import json, sys
(f,) = json.load(sys.stdin)
assert f["provides"] == "fastapi,orjson" and not f["kept"]
assert [(s["path"], s["line"], s["needs"], s["installed"]) for s in f["cannot_import"]] == [
    ("alpha/cli.py", 1, "alpha.server", True), ("alpha/server.py", 2, "fastapi", False)]'
	importtrace prune --keep trace.json --root python=python -q
	grep -qP '^python/alpha/server.py\t.*\tunimportable module\tcannot be imported here: line 2 imports fastapi, which is not installed$' layer.removed.tsv
}

@test "removed although something imports it: who, and that it can do without" {
	with_imports
	run explain --root python=python alpha/_fast.so
	[[ "$output" == *"no run loaded it, and alpha/far.py:3 imports it only where it can do without"*"from alpha import _fast"*"--safety package would keep it"*"keep /alpha/_fast.so"* ]] || { echo "$output"; false; }
}

@test "--repaired: a list that is missing, none, damaged, or of another tree" {
	wrong() {
		run --separate-stderr explain --repaired list alpha/core.py
		[ "$status" -eq 2 ] && [ -z "$output" ] && [[ "$stderr" == *"$1"* ]] || { echo "$stderr"; false; }
	}
	head=$'path\tbytes\treason\twhy'
	wrong "list: No such file"
	: >list && wrong "list:1: not a line of a list that verify --repair wrote"
	printf 'path,bytes\n' >list && wrong "list:1:"
	printf '%s\npython/alpha/unused.py\t1\trepaired\n' "$head" >list && wrong "list:2:"
	printf '%s\npython/alpha/unused.py\t1\trepaired\ta\tb\n' "$head" >list && wrong "list:2:"
	printf '%s\npython/alpha/un\\xused.py\t1\trepaired\ta\n' "$head" >list && wrong "list:2:"
	printf '%s\n/etc/passwd\t1\trepaired\ta\n' "$head" >list && wrong "list:2:"
	printf '%s\npython/alpha/un\0used.py\t1\trepaired\ta\n' "$head" >list && wrong "list:2:"
	printf '%s\nx\t1\tpair\ty\npython/alpha/unusd.py\t1\trepaired\tmissed\n' "$head" >list &&
		wrong "list:3: the tree has no python/alpha/unusd.py (the nearest is 'alpha/unused.py')"
	printf '%s\n' "$head" >list
	explain --repaired list alpha/core.py
}
