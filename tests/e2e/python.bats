#!/usr/bin/env bats
# The main job, end to end, on a real interpreter and real packages of this machine.

setup() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	T=$(cd "$(mktemp -d)" && pwd -P)
	python=$(python3 -c 'import sys; print(sys.executable)')
	cp -R probes/small_layer/python "$T/python"
	smoke=$PWD/probes/small_layer/smoke.py
	repo=$PWD
	cd "$T"
	# The system's interpreter, and -S below: *.pth files of this machine's own site directory may
	# import from it at every start, and it would then be a second candidate for the root.
	[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3
}

teardown() {
	cd / && rm -rf "${T:-/nonexistent}"
}

validate() {
	/usr/bin/python3 - "$repo/docs/trace.schema.json" "$1" <<-'PY'
	import json, sys, jsonschema
	schema, trace = (json.load(open(p)) for p in sys.argv[1:])
	jsonschema.Draft7Validator.check_schema(schema)
	jsonschema.validate(trace, schema)
	paths = [f["path"].encode() for f in trace["files"] if "path" in f]
	assert paths == sorted(set(paths))
	PY
}

@test "record, prune, run on the zip alone; the run's own bytecode is no part of it" {
	env -u PYTHONDONTWRITEBYTECODE PYTHONPATH="$T/python" \
		importtrace record -q -- "$python" -S "$smoke" >answer
	grep -q '"complete": true' trace.json
	grep -q "$T/python/alpha/core.py" trace.json
	grep -q "__pycache__/core.*\"created\":true" trace.json
	importtrace prune --keep trace.json -q
	"$python" -m zipfile -e layer.zip out
	mv python gone
	PYTHONPATH=$T/out/python "$python" "$smoke" >again
	cmp answer again
	! unzip -l layer.zip | grep -q test_core || false
}

@test "real traces validate against the schema" {
	PYTHONPATH=$T/python importtrace record -q -- "$python" -S "$smoke"
	validate trace.json
	importtrace record -q -o sig.json -- sh -c 'kill -9 $$' || true
	validate sig.json
	importtrace record -q -o miss.json -- cat "$(printf '/no/\377such')" || true
	validate miss.json
	"$BUILD/probes/touch" prepare "$T" /dev/null
	importtrace record -q -o deep.json -- "$BUILD/probes/touch" abyss "$T" /dev/null || true
	grep -q '"complete": false' deep.json
	validate deep.json
}

@test "the carried trace and layer of the repository still agree" {
	sed "s|@ROOT@|$T/python|g" "$repo/probes/small_layer/trace.json.in" >carried.json
	validate carried.json
	importtrace prune --keep carried.json --bytecode keep -q -o a.zip
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$T/python importtrace record -q -- "$python" -S "$smoke"
	importtrace prune --keep trace.json --bytecode keep -q -o b.zip
	cmp a.zip b.zip
}
