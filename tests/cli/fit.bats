#!/usr/bin/env bats
# --fit and --provides: the safest layer under a limit, and what the target has.

load small_layer

bats_require_minimum_version 1.5.0

# The small layer with a library of 600 kB that a function imports, one of 400 kB that a module
# imports, and 300 kB of data of a name in a string, none of them compressible.
setup() {
	small_layer
	cat >python/alpha/extra.py <<-'PY'
	from alpha import _module
	TABLE = "table.bin"
	def later():
	    from alpha import _function
	PY
	for f in _function.so:600000 _module.so:400000 table.bin:300000; do
		head -c "${f#*:}" /dev/urandom >"python/alpha/${f%:*}"
	done
	printf 'alpha/%s,,\n' extra.py _function.so _module.so table.bin >>python/alpha-1.0.dist-info/RECORD
}

fit() {
	importtrace prune --keep trace.json --root python=python --force changed "$@"
}

# given_up REPORT: names, separated by blanks.
given_up() {
	python3 -c 'import json, sys; print(*(g.get("path") or g["package"] for g in json.load(open(sys.argv[1]))["given_up"]))' "$1"
}

@test "what is given up depends on the limit, and the layer written is not larger" {
	for limit in 2000000 1200000 900000 600000 5000; do
		fit --fit $limit --json -o $limit.zip >$limit.json
		python3 -c 'import sys, zipfile; n = sum(i.file_size for i in zipfile.ZipFile(sys.argv[1] + ".zip").infolist()); assert n <= int(sys.argv[1]), n' $limit
	done
	[ "$(given_up 2000000.json)" = "" ]
	[ "$(given_up 1200000.json)" = "alpha/table.bin" ]
	[ "$(given_up 900000.json)" = "alpha/_function.so" ]
	[ "$(given_up 600000.json)" = "alpha/table.bin alpha/_function.so" ]
	[ "$(given_up 5000.json)" = "alpha/table.bin alpha/_function.so alpha/_module.so" ]
	# Without need it is what it is without the option.
	fit -q -o plain.zip
	cmp plain.zip 2000000.zip
	# The recorded workload runs on the smallest.
	python3 -m zipfile -e 5000.zip out
	PYTHONPATH=$T/out/python run python3 "$BATS_TEST_DIRNAME/../../probes/small_layer/smoke.py"
	[ "$output" = "The small layer works." ]
	grep -q "^python/alpha/_function.so	600000	.*given up, so that the layer fits" 5000.removed.tsv
}

@test "a limit on the archive counts when it is written" {
	fit --fit 2MB,900kB --json -o small.zip >r.json
	[ "$(stat -c %s small.zip)" -le 900000 ]
	[ "$(given_up r.json)" = "alpha/_function.so" ]
}

@test "a terminal names what was given up, and why" {
	run fit --fit 900kB -n
	[ "$status" -eq 0 ]
	[[ "$output" == *"Given up, so that the layer fits"*"alpha/_function.so  0.6 MB: import: alpha/extra.py:4 imports it"* ]]
	[ ! -e layer.zip ]
}

@test "nothing fits: by how much, exit 2, and nothing is written" {
	echo old >layer.zip
	run --separate-stderr fit --fit 1kB
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"no layer of at most 1000 bytes: "*" more than there is room for"* ]]
	run --separate-stderr fit --fit 1MB,100
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"no layer of at most 1000000 bytes, 100 zipped: "* ]]
	[ "$(cat layer.zip)" = old ] && [ ! -e layer.removed.tsv ]
}

@test "lambda is a limit; wrong ones and levels without a trace are refused" {
	fit --fit lambda -q -o l.zip
	for wrong in '' 0 big 1MB, 1MB,x ,1MB -1; do
		run fit --fit="$wrong" -n
		[ "$status" -eq 2 ]
		[[ "$output" == *"--fit is a size such as 250MB"* ]]
	done
	run fit --fit 1MB --safety all -n
	[ "$status" -eq 2 ]
	[[ "$output" == *"--fit gives up what no run touched"* ]]
}

@test "--provides: modules that need what the target has are kept" {
	echo 'import dateutil_x.parser, boto9' >python/alpha/needs.py
	fit -n --manifest without.json -q
	fit -n --manifest one.json -q --provides boto9
	fit -n --manifest both.json -q --provides boto9,dateutil-x
	fit -n --manifest again.json -q --provides boto9 --provides dateutil_x.parser
	python3 - <<-'PY'
	import json
	kept = {n: next(f["kept"] for f in json.load(open(n + ".json"))["files"] if f["path"] == "python/alpha/needs.py")
	        for n in ("without", "one", "both", "again")}
	assert kept == {"without": False, "one": False, "both": True, "again": True}, kept
	PY
	run fit -n --provides 'a,,b'
	[ "$status" -eq 2 ]
	run fit -n --provides '../x'
	[ "$status" -eq 2 ]
	[[ "$output" == *"--provides takes names as they are imported"* ]]
}
