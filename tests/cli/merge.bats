#!/usr/bin/env bats
# merge: the union of traces, in any order; and what cannot be one trace.

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	cd "$T"
	sed 's|@ROOT@|/site|g' "$BATS_TEST_DIRNAME/../../probes/small_layer/trace.json.in" >a.json
}

teardown() {
	rm -rf "$T"
}

# edit FROM TO 'STATEMENTS': another trace, by Python statements about the document d.
edit() {
	python3 - "$@" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1]))
		exec(sys.argv[3])
		d["files"].sort(key=lambda f: f["path"].encode())
		json.dump(d, open(sys.argv[2], "w"))
	END
}

more='d["files"].append(dict(path="/site/alpha/unused.py", ops=["stat"], type="file", size=67, first_ns=5, pid=2)); d["start_unix_ns"] = 7'

@test "any order gives the same bytes, a doubled trace counts once" {
	edit a.json b.json "$more"
	edit a.json c.json 'd["kernel"] = "5.10"; d["files"][0]["ops"] = ["list"]; d["command"] = ["pytest", "-q"]'
	importtrace merge -q -o 1 a.json b.json c.json
	importtrace merge -q -o 2 c.json b.json a.json b.json
	cmp 1 2
	importtrace merge -q -o 3 a.json a.json
	importtrace merge -q -o 4 a.json
	cmp 3 4
	python3 - <<-'END'
		import json
		a, m = json.load(open("a.json")), json.load(open("1"))
		paths = [f["path"] for f in m["files"]]
		assert set(paths) == {f["path"] for f in a["files"]} | {"/site/alpha/unused.py"}
		assert len(paths) == len(set(paths))
		assert m["complete"] and m["exit_code"] == 0 and "5.10" in m["kernel"]
		assert "pytest -q" in m["command"] and m["start_unix_ns"] == 7
		assert "list" in m["files"][0]["ops"]
		pids = {p["pid"] for p in m["processes"]}
		assert len(pids) == 3 and all(f["pid"] in pids for f in m["files"])
	END
}

@test "made by one run, used by another: it is input" {
	edit a.json b.json 'd["files"][-1]["created"] = True'
	importtrace merge -q -o m a.json b.json
	! grep -q created m || false
	edit a.json c.json 'd["files"][-1]["created"] = True; d["events"] = 1'
	importtrace merge -q -o m c.json b.json
	grep -q created m
}

@test "an incomplete or failed trace makes the whole so" {
	edit a.json b.json 'd["complete"] = False; d["reasons"] = ["ring full"]'
	edit a.json c.json 'd["exit_code"] = 3'
	run importtrace merge -o m a.json b.json c.json
	[ "$status" -eq 0 ]
	[[ "$output" == *"not complete"* ]]
	grep -q '"complete": false' m
	grep -q 'ring full' m
	grep -q '"exit_code":3' m
}

# refused MESSAGE ARG…
refused() {
	local message=$1
	shift
	echo old >m
	run importtrace merge -o m "$@"
	[ "$status" -eq 2 ]
	[[ "$output" == *"$message"* ]] || { echo "$output"; false; }
	[ "$(cat m)" = old ]
}

@test "what cannot be one trace is a clear error" {
	edit a.json b.json 'd["arch"] = "s390x"'
	refused "no layer serves both" a.json b.json
	edit a.json x.json 'd["files"].append(dict(path="/site/x.cpython-38.so", ops=["map"], type="file", size=1, first_ns=5, pid=2))'
	edit a.json y.json 'd["files"].append(dict(path="/site/x.cpython-39.so", ops=["map"], type="file", size=1, first_ns=5, pid=2))'
	refused "CPython 3.8" x.json y.json
	edit a.json b.json '[f.update(size=f["size"] + 1) for f in d["files"] if f["path"] == "/site/alpha/core.py"]'
	refused "two versions of /site/alpha/core.py" a.json b.json
	echo nonsense >b.json
	refused "b.json" a.json b.json
	refused "no trace given"
}

@test "trees in two places: an error, and --map makes them one" {
	edit a.json b.json "$more; [f.update(path=f['path'].replace('/site', '/other')) for f in d['files']]"
	refused "--map" a.json b.json
	importtrace merge -q -o m --map /other=/site a.json b.json
	! grep -q /other/ m || false
	grep -q /site/alpha/unused.py m
	refused "absolute paths" --map other=site a.json
}
