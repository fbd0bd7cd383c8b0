#!/usr/bin/env bats
# Every number that prune tells of a layer is what its zip holds.

load small_layer

setup() {
	small_layer site
	cd site/python
	# Bytecode of each kind: valid, stale, damaged, none; and a library with symbols.
	python3 -m compileall -q alpha
	echo "# newer" >>alpha/unused.py
	mkdir -p beta/__pycache__
	echo damaged >"beta/__pycache__/__init__.$(tag).pyc"
	echo 'int f(int x) { return x + 1; }' >f.c
	gcc -g -shared -fPIC f.c -o alpha/libf.so
	rm f.c
	cd "$T"
}

tag() {
	python3 -c 'import sys; print(sys.implementation.cache_tag)'
}

# agrees ARG…: what prune says with these options is what it wrote.
agrees() {
	importtrace prune --keep trace.json --root site= --python "$(command -v python3)" --json \
		--manifest manifest.json -o layer.zip "$@" >summary.json &&
		python3 "$BATS_TEST_DIRNAME/numbers_same.py" layer.zip || {
		echo "$@"
		return 1
	}
}

@test "the summary and the manifest count what is in the zip, in every mode at every level" {
	local level mode
	for mode in keep fast source only; do
		for level in trace package static; do
			agrees --safety $level --bytecode $mode
		done
	done
	agrees --safety closure
	agrees --safety all --strip
	agrees --safety package --bytecode only --strip
}

@test "stale bytecode is no kept file, wherever it is spoken of" {
	local pyc
	pyc=python/alpha/__pycache__/unused.$(tag).pyc
	importtrace prune -q --safety package --keep trace.json --root site=
	grep -q "^$pyc	.*stale or damaged" layer.removed.tsv
	importtrace prune -q --safety package --keep trace.json --root site= --dry-run --manifest dry.json
	grep "\"$pyc\"" dry.json | grep -q '"kept":false'
	run importtrace explain --safety package --keep trace.json --root site= "$pyc"
	[[ "$output" == *"removed"*"stale or damaged"* ]]
	importtrace explain --safety package --keep trace.json --root site= --json "$pyc" >explained.json
	grep -q '"kept":.*false' explained.json
	grep -q 'stale or damaged' explained.json
	importtrace report trace.json --safety package --root site= --json | grep "\"$pyc\"" |
		grep -q '"kept":false'
}

@test "a zero byte in RECORD: the lines that stay are as they were" {
	printf 'alpha/core.py,sha256=a\0b,182\nalpha/tests/test_core.py,,\n' \
		>site/python/alpha-1.0.dist-info/RECORD
	agrees --safety trace
	python3 -c "
import zipfile
r = zipfile.ZipFile('layer.zip').read('python/alpha-1.0.dist-info/RECORD')
assert b'alpha/core.py,sha256=a\0b,182\n' in r and b'test_core' not in r, r"
}
