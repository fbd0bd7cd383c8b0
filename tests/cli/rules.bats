#!/usr/bin/env bats
# The user's rules file, on the small layer.

load small_layer

setup() {
	small_layer
}

bats_require_minimum_version 1.5.0

names() {
	python3 -c 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\n")' "$1"
}

@test ".importtrace in the current directory is read by itself" {
	printf 'keep alpha/unused.py  # the nightly job\ndrop template.txt\n' >.importtrace
	importtrace prune --keep trace.json -q
	run names layer.zip
	[[ "$output" == *python/alpha/unused.py* ]]
	[[ "$output" != *template.txt* ]]
	[[ "$output" == *python/alpha/core.py* ]]
}

@test "--rules names another file, and wins over .importtrace" {
	echo nonsense >.importtrace
	echo 'keep beta/docs/' >mine
	importtrace prune --keep trace.json --rules mine -q
	names layer.zip | grep -qx python/beta/docs/index.md
	# RECORD says what is kept.
	unzip -p layer.zip python/beta-2.1.dist-info/RECORD | grep -q '^beta/docs/index.md,'
}

@test "the rules hold at the levels without a trace too" {
	printf 'keep index.md\ndrop /alpha/\n' >mine
	importtrace prune --safety static --root python --rules mine -q
	names layer.zip >list
	grep -qx python/beta/docs/index.md list
	! grep -q '^python/alpha/' list || false
}

@test "a bad line is named, and nothing is written" {
	printf '# fine\nkeep alpha/\n\nkep beta\n' >mine
	run --separate-stderr importtrace prune --keep trace.json --rules mine
	[ "$status" -eq 2 ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"mine: line 4: "*"neither keep nor drop"* ]]
	[ ! -e layer.zip ]
}

@test "a pattern that matches nothing is an error with the nearest path" {
	echo 'keep alpha/data/templat.txt' >mine
	run --separate-stderr importtrace prune --keep trace.json --rules mine
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"mine: line 1: "*"matches nothing"*"'alpha/data/template.txt'"* ]]
	[ ! -e layer.zip ]
}

@test "a rules file that is not there, is a directory or too large" {
	run importtrace prune --keep trace.json --rules nowhere
	[ "$status" -eq 2 ]
	[[ "$output" == *nowhere* ]]
	run importtrace prune --keep trace.json --rules python
	[ "$status" -eq 2 ]
	head -c 1100000 /dev/zero | tr '\0' '#' >large
	run importtrace prune --keep trace.json --rules large
	[ "$status" -eq 2 ]
	[[ "$output" == *large* ]]
}

@test "the built-in rules are installed for reading" {
	[ -s "$BATS_TEST_DIRNAME/../../share/importtrace/rules" ]
	cd "$BATS_TEST_DIRNAME/../.."
	env -u BUILD make --no-print-directory install DESTDIR="$T/d" PREFIX=/usr >/dev/null
	cmp share/importtrace/rules "$T/d/usr/share/importtrace/rules"
}

@test "a rule that drops what a run touched is warned of, and a source that is none is named" {
	printf 'drop core.py # ours\n' >mine
	printf 'import json\nx = (\n' >python/alpha/half.py
	run --separate-stderr importtrace prune --keep trace.json --rules mine -q
	[ "$status" -eq 0 ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"warning: a run touched alpha/core.py, which is dropped by line 1 of mine: ours"* ]]
	[[ "$stderr" == *"note: alpha/half.py:"*" is no Python source ("*"): what it imports is not known"* ]]
	importtrace prune --keep trace.json --rules mine -n --json >r.json 2>err
	[ ! -s err ]
	python3 - <<-'PY'
	import json
	r = json.load(open("r.json"))
	assert [(d["path"], d["line"]) for d in r["dropped_touched"]] == [("python/alpha/core.py", 1)], r["dropped_touched"]
	assert [i["path"] for i in r["invalid"]] == ["python/alpha/half.py"] and r["invalid"][0]["why"], r["invalid"]
	PY
	unzip -l layer.zip | grep -q alpha/half.py
	importtrace prune --keep trace.json -q -o plain.zip 2>err
	[ "$(grep -c half.py err)" -eq 1 ]
	! grep -q warning err || false
}
