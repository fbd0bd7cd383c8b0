#!/usr/bin/env bats
# The cost of each level and the levers: what is printed is what a prune then really does.

load small_layer

bats_require_minimum_version 1.5.0

# The small layer with: an imported library, one that the program can do without, a large source
# with bytecode, data that only level package keeps, a large test; a distribution that was installed
# by name, one that is imported and not declared, and a module that cannot be imported.
setup() {
	small_layer
	mkdir -p python/delta-1.dist-info python/epsilon-1.dist-info python/delta python/epsilon
	for dist in delta epsilon; do
		printf 'Metadata-Version: 2.1\nName: %s\nVersion: 1\n' $dist >python/$dist-1.dist-info/METADATA
		printf '%s/__init__.py,,\n%s/table.bin,,\n%s-1.dist-info/METADATA,,\n' $dist $dist $dist \
			>python/$dist-1.dist-info/RECORD
		touch python/$dist/__init__.py
		head -c 200000 /dev/zero >python/$dist/table.bin
	done
	touch python/delta-1.dist-info/REQUESTED
	cat >python/alpha/extra.py <<-'PY'
	from alpha import _fast
	def later():
	    import epsilon
	    try:
	        from alpha import _optional
	    except ImportError:
	        _optional = None
	PY
	{ echo "x = 1" && head -c 90000 /dev/zero | tr '\0' '#'; } >python/alpha/big.py
	echo "import no_such_thing" | tee python/alpha/broken.py >python/alpha/tests/broken.py
	head -c 300000 /dev/zero >python/alpha/_fast.so
	head -c 400000 /dev/zero >python/alpha/_optional.so
	mkdir python/alpha/attic
	head -c 1500000 /dev/zero >python/alpha/attic/old.bin
	head -c 150000 /dev/zero >python/alpha/tests/large.bin
	python3 -m compileall -q python/alpha/big.py
	files='extra.py big.py broken.py tests/broken.py _fast.so _optional.so attic/old.bin tests/large.bin'
	for f in $files; do
		echo "alpha/$f,,"
	done >>python/alpha-1.0.dist-info/RECORD
}

# costs RULES OPTION…: prunes at every level with these options, in r.LEVEL what it reports.
costs() {
	local level
	rm -rf out.* r.*
	for level in static trace closure package all; do
		importtrace prune --keep trace.json --safety $level --json --root python=python \
			-o "out.$level/" "$@" >"r.$level"
	done
}

# same [EXACT-PAIRS]: what each report says of each level is what was written; where it says that it
# is not exact, that it is not. At least so many pairs of levels are exact.
same() {
	python3 - "${1:-25}" <<-'PY'
	import json, os, sys
	levels = ["static", "trace", "closure", "package", "all"]
	reports = {l: json.load(open(f"r.{l}")) for l in levels}
	chosen = {l: [x["name"] for x in r["levels"] if x["chosen"]] for l, r in reports.items()}
	assert chosen == {l: [l] for l in levels}, chosen
	exact = 0
	for name in levels:
	    sizes = {os.path.join(d, f): os.path.getsize(os.path.join(d, f))
	             for d, _, fs in os.walk(f"out.{name}") for f in fs}
	    written = len(sizes), sum(sizes.values()), sum(n for p, n in sizes.items() if p.endswith(".pyc"))
	    for asked, r in reports.items():
	        x = next(x for x in r["levels"] if x["name"] == name)
	        cost = x["files"], x["bytes"], x["bytecode_bytes"]
	        assert x["exact"] == (cost == written), (asked, name, cost, written)
	        assert x["exact"] or asked != name, name
	        exact += x["exact"]
	    kept = reports[name]["kept"]
	    assert (kept["files"], kept["bytes"]) == written[:2], name
	order = {x["name"]: x["files"] for x in reports["closure"]["levels"]}
	assert order["trace"] < order["closure"] < order["package"] < order["all"], order
	assert exact >= int(sys.argv[1]), exact
	PY
}

@test "each level costs what a prune at that level writes, to the byte, whichever is chosen" {
	printf 'keep /alpha/tests/test_core.py\ndrop /beta/docs/\n' >mine
	costs --bytecode keep && same
	costs --bytecode keep --rules mine && same
	costs --bytecode source && same
}

@test "the same with bytecode that is stale and none that could be compiled" {
	python3 -m compileall -q python/alpha python/beta python/delta
	echo "# newer" | tee -a python/alpha/unused.py python/alpha/extra.py >>python/delta/__init__.py
	costs && same
}

@test "the same where each layer compiles and strips; a level with more than is known says so" {
	echo 'int f(int x) { return x + 1; }' >f.c
	gcc -g -shared -fPIC f.c -o python/alpha/_fast.so
	cp python/alpha/_fast.so python/delta/_more.so
	python=$(command -v python3)
	costs --python "$python" --bytecode fast && same 13
	costs --python "$python" --bytecode fast --strip && same 9
	# A lower level than the chosen one has nothing that is not known.
	python3 -c 'import json; assert {x["name"]: x["exact"] for x in json.load(open("r.closure"))["levels"]}["trace"]'
	run importtrace prune --keep trace.json --python "$python" --strip --root python=python
	[[ "$output" == *"all "*" ~"*"~ without what would still be compiled or stripped at that level"* ]]
	# Surveyed, each is what a dry run of that level gives.
	importtrace prune -n --keep trace.json --root python=python --strip --json >r.closure
	importtrace prune -n --keep trace.json --root python=python --strip --json --safety package >r.package
	python3 - <<-'PY'
	import json
	a, b = ({x["name"]: dict(x, chosen=0) for x in json.load(open(n))["levels"]} for n in ("r.closure", "r.package"))
	assert a == b, (a, b)
	PY
}

@test "without a trace only static and all are known" {
	importtrace prune --safety static --root python -n --json >r.json
	python3 -c 'import json; r = json.load(open("r.json")); assert [l["name"] for l in r["levels"]] == ["static", "all"]; assert r["levers"] == []'
}

@test "the levers: all of them, and each line does what it says" {
	importtrace prune --keep trace.json --root python=python -n --json >r.json
	python3 - <<-'PY'
	import json, subprocess
	def prune():
	    p = subprocess.run(["importtrace", "prune", "--keep", "trace.json", "--root", "python=python", "-n", "--json",
	                        "--rules", "mine"], check=True, capture_output=True, text=True)
	    return json.loads(p.stdout)
	r = json.load(open("r.json"))
	levers = {(l["kind"], l["path"]): l for l in r["levers"]}
	assert set(levers) == {
	    ("drop", "python/alpha/_fast.so"), ("drop", "python/alpha/big.py"),
	    ("optional", "python/alpha/_optional.so"), ("distribution", "python/delta/"),
	    ("distribution", "python/epsilon/"), ("higher", "python/alpha/attic/old.bin")}, list(levers)
	why = {path: l["why"] for (_, path), l in levers.items()}
	assert "alpha/extra.py:1 imports it" in why["python/alpha/_fast.so"], why
	assert "a module of a distribution that the run touched" in why["python/alpha/big.py"], why
	assert "alpha/extra.py:5 imports it only where it can do without" in why["python/alpha/_optional.so"], why
	assert "installed by name" in why["python/delta/"], why
	assert "alpha/extra.py:3 imports it" in why["python/epsilon/"], why
	assert "--safety package keeps it" in why["python/alpha/attic/old.bin"], why
	assert levers["drop", "python/alpha/big.py"]["files"] == 2
	for (kind, path), lever in levers.items():
	    with open("mine", "w") as f:
	        f.write(lever["rule"] + "\n")
	    kept, sign = prune()["kept"], -1 if kind == "drop" else 1
	    change = {n: sign * (kept[n] - r["kept"][n]) for n in kept}
	    # A line of RECORD comes with each file, and metadata with a distribution.
	    more = {"files": 0, "bytes": 60 * lever["files"]} if kind != "distribution" else {"files": 9, "bytes": 900}
	    for n in change:
	        assert 0 < lever[n] <= change[n] <= lever[n] + more[n], (path, change, lever)
	PY
}

@test "a terminal shows the levels and the lines" {
	run importtrace prune --keep trace.json --root python=python -n
	[[ "$output" == *LEVEL*"closure (chosen)"*Levers* ]]
	[[ "$output" == *"  drop /alpha/_fast.so  # 0.3 MB: no run touched it; kept because of import: alpha/extra.py:1 imports it"* ]]
	# They go into a rules file as they are.
	sed -n 's/^  \(drop\|keep\) /\1 /p' <<<"$output" >mine
	[ "$(wc -l <mine)" -eq 6 ]
	importtrace prune --keep trace.json --root python=python --rules mine -n -q
}

@test "report has the same levels and levers" {
	importtrace prune --keep trace.json --root python=python -n --json >p.json
	importtrace report trace.json --root python=python --json >r.json
	python3 -c 'import json; p, r = (json.load(open(n)) for n in ("p.json", "r.json")); assert p["levels"] == r["levels"] and p["levers"] == r["levers"] != []'
	importtrace report trace.json --root python=python | grep -q 'closure (chosen)'
	importtrace report python --json >all.json
	python3 -c 'import json; assert "levels" not in json.load(open("all.json"))'
}
