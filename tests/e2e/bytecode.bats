#!/usr/bin/env bats
# Bytecode in a layer: with all file times at 1980 and in a read-only directory, no source is
# compiled, by the word of the interpreter itself, on every CPython from 3.8 that is to be found.

setup_file() {
	local p v
	BYTECODE_PYTHONS=
	for v in 3.8 3.9 3.10 3.11 3.12 3.13; do
		for p in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/$v.*/bin/python3 \
			"/usr/bin/python$v" "/usr/local/bin/python$v"; do
			[ ! -x "$p" ] || { BYTECODE_PYTHONS+=" $p"; break; }
		done
	done
	[ -n "$BYTECODE_PYTHONS" ] || BYTECODE_PYTHONS=$(python3 -c 'import sys; print(sys.executable)')
	export BYTECODE_PYTHONS
	echo "# $BYTECODE_PYTHONS" >&3
}

setup() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	T=$(cd "$(mktemp -d)" && pwd -P)
	repo=$PWD
	cd "$T"
	cat >smoke.py <<-'PY'
	import alpha, vjson, latin
	print(alpha.greet("layer"), vjson.loads('[1, {"a": null}]'), ascii(latin.TEXT))
	PY
}

teardown() {
	cd / && rm -rf "${T:-/nonexistent}"
}

# tree PYTHON: the small layer, a package of that Python's own library, a source in another encoding.
tree() {
	rm -rf python && cp -R "$repo/probes/small_layer/python" python
	cp -R "$("$1" -c 'import json, os; print(os.path.dirname(json.__file__))')" python/vjson
	rm -rf python/vjson/__pycache__
	printf '# coding: latin-1\nTEXT = "\351"\n' >python/latin.py
}

# record PYTHON [OPTION…]
record() {
	local python=$1
	shift
	PYTHONPATH=$T/python importtrace record -q -- "$python" "$@" -S smoke.py >answer
}

# alone PYTHON [OPTION…]: on the layer alone, times 1980, read-only. What the interpreter compiled
# goes to `compiled`.
alone() {
	local python=$1
	shift
	find out -exec touch -h -t 198001010000 {} +
	chmod -R a-w out
	mv python hidden
	env -u PYTHONDONTWRITEBYTECODE PYTHONPATH="$T/out/python" unshare -m sh -c \
		'mount --bind out out && mount -o remount,ro,bind out && cd "$0" && exec "$@"' \
		"$T" "$python" "$@" -v -S smoke.py >again 2>log
	mv hidden python
	chmod -R u+w out
	cmp answer again
	grep "^# code object from '\?$T/out/.*\.py'\?\$" log >compiled || true
}

layer() {
	rm -rf out
	importtrace prune --keep trace.json --root python=python -o out/ "$@" >report
}

@test "pip's bytecode stays valid: nothing is compiled, where it was before" {
	for python in $BYTECODE_PYTHONS; do
		tree "$python"
		"$python" -m compileall -q python
		record "$python"
		layer --bytecode keep
		alone "$python"
		[ "$(wc -l <compiled)" -ge 6 ]
		layer
		grep -q "bytecode: [0-9]* valid, now for good (unchecked-hash)$" report
		alone "$python"
		[ ! -s compiled ] || { cat compiled; false; }
		grep -q "code object from '$T/out/python/alpha/__pycache__/core" log
	done
}

@test "what is missing is compiled by the traced Python, at the traced level, twice the same" {
	for python in $BYTECODE_PYTHONS; do
		tree "$python"
		export PYTHONDONTWRITEBYTECODE=1
		record "$python" -O
		layer -j1 && mv out first
		layer -j3
		diff -r first out && rm -r first
		grep -q "^bytecode: [0-9]* compiled$" report
		alone "$python" -O
		[ ! -s compiled ] || { cat compiled; false; }
		[ -z "$(find out -name '*.pyc' ! -name '*.opt-1.pyc')" ]
		# As CPython itself would write it: the code behind the header, but for the path in it.
		"$python" - <<-'PY'
		import glob, importlib.util, marshal
		def plain(c):
		    return c.replace(co_filename="", co_consts=tuple(
		        plain(k) if hasattr(k, "co_code") else k for k in c.co_consts))
		for path in glob.glob("out/python/**/*.pyc", recursive=True):
		    data = open(path, "rb").read()
		    text = open(importlib.util.source_from_cache(path), "rb").read()
		    assert data[:4] == importlib.util.MAGIC_NUMBER and data[4:8] == b"\1\0\0\0", path
		    assert data[8:16] == importlib.util.source_hash(text), path
		    code = compile(text, path, "exec", dont_inherit=True, optimize=1)
		    assert plain(code) == plain(marshal.loads(data[16:])), path
		PY
	done
}

@test "stale bytecode is not made valid for ever" {
	for python in $BYTECODE_PYTHONS; do
		tree "$python"
		"$python" -m compileall -q python
		# Same size, another time and text; a checked hash that no longer fits; a cut file.
		printf '# coding: latin-1\nTEXT = "\352"\n' >python/latin.py
		touch -d '2001-01-01' python/latin.py
		"$python" -m compileall -q -f --invalidation-mode checked-hash python/vjson
		echo "# changed" >>python/vjson/encoder.py
		: >"$(echo python/vjson/__pycache__/decoder.*.pyc)"
		PYTHONDONTWRITEBYTECODE=1 record "$python"
		grep -q xea answer
		layer --json
		"$python" - <<-'PY'
		import json
		b = json.load(open("report"))["content"]["bytecode"]
		assert (b["stale"], b["damaged"], b["compiled"]) == (2, 1, 3), b
		PY
		alone "$python"
		[ ! -s compiled ]
	done
}

@test "only: modules without source, and the same answer" {
	for python in $BYTECODE_PYTHONS; do
		tree "$python"
		record "$python"
		layer --bytecode only
		grep -q "modules without source" report
		[ -z "$(find out -name '*.py')" ]
		[ -z "$(find out -path '*__pycache__*.pyc')" ]
		alone "$python"
		grep -q '^alpha/core.pyc,,$' out/python/alpha-1.0.dist-info/RECORD
	done
}

@test "only: a module whose source the run read keeps it, and its bytecode" {
	for python in $BYTECODE_PYTHONS; do
		tree "$python"
		cat >python/reader.py <<-'PY'
			import inspect, sys
			TEXT = inspect.getsource(sys.modules[__name__])
		PY
		"$python" -m compileall -q python
		sed -i 's/^import alpha, /&reader, /; s/ascii(latin.TEXT)/&, len(reader.TEXT)/' smoke.py
		record "$python"
		layer --bytecode only
		grep -q "1 modules keep their source" report
		[ "$(find out -name '*.py')" = out/python/reader.py ]
		[ "$(find out -path '*__pycache__*.pyc' | wc -l)" -eq 1 ]
		alone "$python"
		[ ! -s compiled ]
	done
}
