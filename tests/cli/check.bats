#!/usr/bin/env bats
# check: every rule by a layer that breaks it, baselines, budgets, and input that cannot be checked.

bats_require_minimum_version 1.5.0

load small_layer

setup() {
	root=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	small_layer
	importtrace prune --keep trace.json --safety trace -q
	mkdir layer && python3 -m zipfile -e layer.zip layer
	chmod -R a+rX layer
}

# pack: layer/ into new.zip with the modes it has.
pack() {
	rm -f new.zip
	(cd layer && zip -qr -X ../new.zip .)
}

# finds ID ARG…: exit 1, and a finding of this id.
finds() {
	local id=$1
	shift
	run importtrace check --format json "$@"
	[ "$status" -eq 1 ] || { echo "$output"; false; }
	echo "$output" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["result"] == "fail"
ids = [f["id"] for f in r["findings"]]
assert sys.argv[1] in ids, ids' "$id"
}

# passes ARG…: exit 0 and no error or warning.
passes() {
	run importtrace check "$@"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" == *"passed: 0 errors, 0 warnings"* ]]
}

# cannot MESSAGE ARG…: exit 2, the message on stderr, nothing on stdout.
cannot() {
	local message=$1
	shift
	run --separate-stderr importtrace check "$@"
	[ "$status" -eq 2 ] || { echo "$output"; false; }
	[ -z "$output" ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"$message"* ]] || { echo "$stderr"; false; }
}

# elf FILE MACHINE NEEDED [VERSION]: a shared library, small enough to patch.
elf() {
	local versions=()
	printf 'void f(void) {}\n' >e.c
	[ -z "$3" ] || printf 'void g(void) {}\n' | gcc -shared -x c -Wl,-soname,"$3" -o "$3" -
	gcc -shared -fPIC -nostdlib "${versions[@]}" -o "$1" e.c ${3:+-Wl,--no-as-needed "./$3"}
	[ -z "$2" ] || printf '%b' "$2" | dd of="$1" bs=1 seek=18 conv=notrunc status=none
	rm -f e.c ${3:+"$3"}
}

@test "a pruned layer passes, as a zip and as a directory" {
	passes layer.zip
	passes layer
	passes layer.zip --keep trace.json --limits lambda --budget files=20
	passes layer --keep trace.json
	importtrace check
}

@test "every id is documented, with its severity, and nothing else" {
	diff <(importtrace check --list-ids | awk '{print $1, $2}' | sort) \
		<(grep -oE '`[a-z-]+` \((error|warning|note)\)' "$root/docs/check.md" | tr -d '`()' | sort)
}

@test "a traced file, directory or package that is missing" {
	rm layer/python/alpha/data/template.txt
	pack && finds traced-missing new.zip --keep trace.json
	[[ "$output" == *alpha/data/template.txt* ]]
	finds traced-missing layer --keep trace.json
	passes new.zip
	rm -r layer/python/gamma_ns
	finds traced-missing layer --keep trace.json
	[[ "$output" == *"The directory python/gamma_ns"* ]]
}

@test "the traced tree is found by itself, or said; a trace of something else is an error" {
	sed "s|$T/python|/somewhere/else|g" trace.json >moved.json
	passes layer.zip --keep moved.json
	passes layer.zip --keep moved.json --root /somewhere/else=python
	# Relative to here, through a symbolic link too: traces name resolved paths.
	ln -s python link
	passes layer.zip --keep trace.json --root python
	passes layer.zip --keep trace.json --root ./link=python
	passes layer.zip --keep trace.json --root "$T/link/=python"
	finds traced-missing layer.zip --keep trace.json --root .=python
	finds traced-missing layer.zip --keep moved.json --root /somewhere=python
	sed "s|$T/python|/x|; s|__init__.py|a.c|; s|core.py|b.c|; s|template.txt|c.c|" trace.json >other.json
	cannot "touched nothing that the layer holds" layer.zip --keep other.json
	sed -i 's/"complete": true/"complete": false/; s/"reasons": \[\]/"reasons": ["ring full"]/' trace.json
	cannot "not complete: ring full" layer.zip --keep trace.json
}

@test "bytecode stands for its source and the other way round" {
	python3 -m compileall -q -b layer/python/beta --invalidation-mode unchecked-hash
	rm layer/python/beta/__init__.py
	passes layer --keep trace.json
}

@test "a package without its __init__" {
	mkdir layer/python/omega && echo 1 >layer/python/omega/mod.py
	pack && finds init-missing new.zip
	touch layer/python/omega/__init__.py
	pack && passes new.zip
	rm layer/python/alpha/__init__.py
	pack && finds init-missing new.zip
	[[ "$output" == *"RECORD lists it"* ]]
	# A namespace package that ships without one is none of it.
	sed -i /__init__/d layer/python/alpha-1.0.dist-info/RECORD
	pack && passes new.zip
}

@test "bytecode: stale, orphaned, of another source, and sound" {
	python3 -m compileall -q layer/python/alpha
	passes layer # times fit
	pack && finds stale-bytecode new.zip
	echo '# longer' >>layer/python/alpha/core.py
	finds stale-bytecode layer
	rm -r layer/python/alpha/__pycache__
	python3 -m compileall -q layer/python/alpha --invalidation-mode unchecked-hash
	pack && passes new.zip
	sed -i 's/# longer/# LONGER/' layer/python/alpha/core.py
	pack && finds wrong-bytecode new.zip
	finds wrong-bytecode layer
	rm layer/python/alpha/core.py
	pack && finds source-missing new.zip
	rm -r layer/python/alpha/__pycache__ && mkdir layer/python/alpha/__pycache__
	touch layer/python/alpha/core.py
	echo junk >layer/python/alpha/__pycache__/core.cpython-311.pyc
	pack && finds stale-bytecode new.zip
}

@test "modes that not everybody can read" {
	chmod 640 layer/python/alpha/core.py
	pack && finds unreadable-mode new.zip
	finds unreadable-mode layer
	chmod 644 layer/python/alpha/core.py && chmod 750 layer/python/alpha
	pack && finds unreadable-mode new.zip
	python3 -c 'import zipfile; zipfile.ZipFile("w.zip", "w").writestr("python/x.txt", "x")'
	finds unreadable-mode w.zip
}

@test "junk: tests, caches, version control; not what was traced" {
	for f in alpha/tests/test_x.py alpha/.git/config alpha/.pytest_cache/x .DS_Store alpha/x.py~; do
		mkdir -p "layer/python/$(dirname $f)" && echo 1 >"layer/python/$f"
		touch "layer/python/$(dirname $f)/__init__.py"
		finds junk layer
		rm -f "layer/python/$f" "layer/python/$(dirname $f)/__init__.py"
		find layer -type d -empty -delete
		git -C "$root" show HEAD:probes/small_layer/python/alpha/__init__.py >layer/python/alpha/__init__.py
		mkdir -p layer/python/alpha layer/python/gamma_ns
	done
	passes layer
	cp -R python/alpha/tests layer/python/alpha/tests
	finds junk layer
	sed "s|{\"path\":\"$T/python/beta/__init__.py\",|{\"path\":\"$T/python/alpha/tests/__init__.py\",\"ops\":[\"open\"],\"type\":\"file\",\"size\":0,\"first_ns\":1,\"pid\":2},\n{\"path\":\"$T/python/alpha/tests/test_core.py\",\"ops\":[\"open\"],\"type\":\"file\",\"size\":1,\"first_ns\":1,\"pid\":2},\n&|" trace.json >more.json
	passes layer --keep more.json
}

@test "native files: machine, needed libraries, glibc, musl" {
	command -v gcc
	elf layer/python/alpha/n.so "" libnowhere.so.1
	finds library-missing layer
	[[ "$output" == *"alpha/n.so needs libnowhere.so.1"* ]]
	pack && finds library-missing new.zip
	elf layer/python/alpha/n.so "" libc.so.6
	passes layer
	finds wrong-libc layer --platform musllinux_1_2_"$(uname -m)"
	elf layer/python/alpha/n.so "" libc.musl-x86_64.so.1
	finds wrong-libc layer --platform manylinux_2_17_"$(uname -m)"
	rm layer/python/alpha/n.so
	cp "$BUILD/importtrace" layer/python/alpha/n.so && chmod 755 layer/python/alpha/n.so
	finds glibc-too-new layer --platform manylinux_2_5_"$(uname -m)"
	[[ "$output" == *"needs glibc 2."*"manylinux_2_5_"* ]]
	elf layer/python/alpha/n.so "" ""
	passes layer --platform manylinux_2_17_"$(uname -m)"
	finds foreign-machine layer --platform manylinux_2_17_s390x
	[[ "$output" == *"not s390x"* ]]
	cp layer/python/alpha/n.so layer/python/alpha/o.so
	elf layer/python/alpha/p.so '\026\000' "" # s390x
	finds foreign-machine layer
	[[ "$output" == *"alpha/p.so is for s390x"* ]]
}

@test "licences, metadata, two versions" {
	rm -r layer/python/alpha-1.0.dist-info/licenses
	pack && finds licence-missing new.zip
	sed -i /licenses/d layer/python/alpha-1.0.dist-info/RECORD
	printf 'License-File: COPYING.X\n' >>layer/python/alpha-1.0.dist-info/METADATA
	finds licence-missing layer
	[[ "$output" == *COPYING.X* ]]
	sed -i '/License/d' layer/python/alpha-1.0.dist-info/METADATA
	finds licence-missing layer
	[[ "$output" == *"neither a licence file nor a word"* ]]
	cp -R layer/python/beta-2.1.dist-info layer/python/beta-2.2.dist-info
	finds duplicate-distribution layer
	rm -r layer/python/*.dist-info
	run importtrace check layer
	[ "$status" -eq 0 ]
	[[ "$output" == *metadata-missing* ]]
}

@test "names in the archive" {
	python3 - <<-'PY'
	import stat, warnings, zipfile
	warnings.simplefilter("ignore")
	def make(name, *members):
	    with zipfile.ZipFile(name, "w") as z:
	        for m in ("python/ok.txt",) + members:
	            i = zipfile.ZipInfo(m)
	            i.create_system = 3
	            i.external_attr = 0o100644 << 16
	            if m == "python/out":
	                i.external_attr = (stat.S_IFLNK | 0o777) << 16
	            z.writestr(i, "../../../etc/passwd")
	make("absolute-name.zip", "/etc/passwd")
	make("parent-name.zip", "python/../../x")
	make("bad-name.zip", "python/" + "x" * 5000)
	make("duplicate-name.zip", "python/a", "python/a")
	make("name-conflict.zip", "python/ok.txt/x")
	make("link-outside.zip", "python/out")
	PY
	for id in absolute-name parent-name bad-name duplicate-name name-conflict link-outside; do
		finds "$id" "$id.zip" || { echo "$id"; false; }
	done
}

@test "limits and budgets, on the command line and in the baseline" {
	finds budget-total layer.zip --budget total=1kB
	finds budget-zipped layer.zip --budget zipped=1kB
	finds budget-files layer.zip --budget files=3
	finds budget-package layer.zip --budget package:alpha=100
	passes layer.zip --budget package:alpha=1MB --budget package:nobody=1
	finds limit-unzipped layer.zip --limits lambda --budget room=262144000
	truncate -s 262144001 layer/python/big.dat
	finds limit-unzipped layer --limits lambda
	finds limit-unzipped layer --limits lambda --budget room=0
	head -c 52428800 /dev/urandom >layer/python/big.dat
	(cd layer && zip -q0r -X ../new.zip .)
	finds limit-zipped new.zip --limits lambda
	importtrace check layer.zip --baseline b --update --budget files=3 || [ $? -eq 1 ]
	finds budget-files layer.zip --baseline b
	passes layer.zip --baseline b --budget files=30
	cannot "the layer is a directory" layer --budget zipped=1MB
}

@test "a baseline: written, stable, and what differs is found" {
	importtrace check layer.zip --baseline b --update --platform manylinux_2_17_x86_64
	cp b first
	importtrace check layer.zip --baseline b --update
	cmp b first
	grep -qx 'option platform manylinux_2_17_x86_64' b
	grep -q '^package alpha 1.0 files=' b
	passes layer.zip --baseline b

	head -c 3000 /dev/urandom | base64 | sed 's/^/# /' >>layer/python/alpha/core.py
	pack && finds total-grew new.zip --baseline b
	finds zipped-grew new.zip --baseline b
	[[ "$output" == *package-changed* ]]
	importtrace check new.zip --baseline b --budget growth=1000%
	importtrace check new.zip --baseline b --update
	passes new.zip --baseline b

	mkdir layer/python/newcomer && touch layer/python/newcomer/__init__.py
	pack && finds package-added new.zip --baseline b
	rm -r layer/python/newcomer layer/python/beta*
	pack && finds package-removed new.zip --baseline b
}

@test "a baseline knows native files and their sonames" {
	command -v gcc
	importtrace check layer --baseline b --update
	echo 'int x;' | gcc -shared -nostdlib -x c -Wl,-soname,libx.so.1 -o layer/python/alpha/x.so -
	finds library-added layer --baseline b
	importtrace check layer --baseline b --update --budget growth=1000%
	grep -q '^library alpha/x.so package=alpha soname=libx.so.1 bytes=' b
	passes layer --baseline b
	echo 'int x;' | gcc -shared -nostdlib -x c -Wl,-soname,libx.so.2 -o layer/python/alpha/x.so -
	finds soname-changed layer --baseline b
	rm layer/python/alpha/x.so
	finds library-removed layer --baseline b
}

@test "accepted findings do not fail, in the file or on the command line; unused ones are told" {
	chmod 640 layer/python/alpha/core.py
	finds unreadable-mode layer
	importtrace check layer --accept unreadable-mode
	importtrace check layer --accept 'unreadable-mode=python/alpha/*'
	importtrace check layer --accept unreadable-mode=alpha
	finds unreadable-mode layer --accept 'unreadable-mode=python/beta/*'
	[[ "$output" == *accept-unused* ]]
	importtrace check layer --accept unreadable-mode --baseline b --update
	grep -qx 'accept unreadable-mode' b
	importtrace check layer --baseline b
}

@test "fail-on moves the line" {
	cp -R python/alpha/tests layer/python/alpha/tests
	finds junk layer
	importtrace check layer --fail-on error
	rm -r layer/python/alpha/tests layer/python/*.dist-info
	importtrace check layer
	run importtrace check layer --fail-on note
	[ "$status" -eq 1 ]
}

@test "git merges two branches that change different packages" {
	mkdir repo && cd repo
	git init -q -b main . && git config user.name t && git config user.email t@example.org
	for p in a b c d e f; do mkdir -p "l/$p" && echo 1 >"l/$p/__init__.py"; done
	chmod -R a+rX l
	importtrace check l --baseline b --update
	git add -A && git commit -qm 0
	git checkout -qb one && echo longer >l/a/__init__.py
	importtrace check l --baseline b --update && git commit -qam 1
	git checkout -q main && git checkout -qb two && echo longest >l/b/__init__.py
	importtrace check l --baseline b --update && git commit -qam 2
	git merge -q one
	passes l --baseline b
}

@test "a baseline that cannot be read: its line is named, and it stays as it is" {
	importtrace check layer.zip --baseline good --update
	bad() { # MESSAGE SED-PROGRAM
		sed "$2" good >b
		cp b before
		cannot "$1" layer.zip --baseline b
		cannot "$1" layer.zip --baseline b --update
		cmp b before
	}
	bad "b: line 3: a conflict marker" '3i<<<<<<< HEAD'
	bad "b: line 1: a baseline of version 2" 's/baseline 1$/baseline 2/'
	bad "b: line 1: not a baseline" 1d
	bad "is there already, in line" '/^package alpha/p'
	bad "b: line 2: unknown line 'wat" '2iwat is this'
	bad "not a number" 's/files=/files=x/'
	cannot "there is no baseline none" layer.zip --baseline none
	[ ! -e none ]
}

@test "a layer that cannot be checked: said, exit 2, the old baseline untouched" {
	importtrace check layer.zip --baseline b --update && cp b before
	echo hello >text.zip && cannot "text.zip" text.zip --baseline b --update
	: >null.zip && cannot "null.zip" null.zip --baseline b --update
	python3 -c 'import zipfile; zipfile.ZipFile("none.zip", "w").close()'
	cannot "is an empty archive" none.zip --baseline b --update
	mkdir void && cannot "is an empty directory" void --baseline b --update
	cannot "cannot find the layer gone.zip" gone.zip --baseline b --update
	(cd layer && zip -q -r -P secret ../locked.zip .)
	cannot "is encrypted" locked.zip --baseline b --update
	head -c 900 layer.zip >short.zip && cannot "short.zip" short.zip --baseline b --update
	cmp b before
}

@test "damage anywhere in the middle is found" {
	python3 - <<-'PY'
	import zipfile
	data = open("layer.zip", "rb").read()
	for n, i in enumerate(zipfile.ZipFile("layer.zip").infolist()):
	    if i.compress_size > 4:
	        at = i.header_offset + 30 + len(i.filename) + i.compress_size // 2
	        bad = bytearray(data)
	        bad[at] ^= 0xff
	        open(f"bad{n}.zip", "wb").write(bad)
	PY
	ls bad*.zip >/dev/null
	for z in bad*.zip; do
		cannot "$z" "$z" || { echo "$z"; false; }
	done
}

@test "of a large layer only what rules look into is read, which is said; --deep reads all" {
	head -c 70000000 /dev/zero >layer/python/alpha/data/zeros.bin
	pack
	python3 - <<-'PY'
	import zipfile
	data = bytearray(open("new.zip", "rb").read())
	i = zipfile.ZipFile("new.zip").getinfo("python/alpha/data/zeros.bin")
	data[i.header_offset + 30 + len(i.filename) + i.compress_size // 2] ^= 0xff
	open("bad.zip", "wb").write(data)
	PY
	passes bad.zip
	[[ "$output" == *"damage elsewhere is not seen; --deep reads all"* ]]
	cannot "zeros.bin" bad.zip --deep
	# Of native files every byte, also behind what the rules look into; metadata, too.
	echo 'int x; asm(".section .tail; .zero 90000");' |
		gcc -shared -nostdlib -x c -o layer/python/alpha/x.so -
	pack
	for name in alpha/x.so alpha-1.0.dist-info/METADATA; do
		python3 - "python/$name" <<-'PY'
			import sys, zipfile
			data = bytearray(open("new.zip", "rb").read())
			i = zipfile.ZipFile("new.zip").getinfo(sys.argv[1])
			assert i.compress_size > 60
			at = i.header_offset + 30 + len(i.filename) + i.compress_size - 12
			data[at] ^= 0xff
			open("bad.zip", "wb").write(data)
		PY
		cannot "$name" bad.zip
		cannot "$name" bad.zip --quick
	done
	passes new.zip --deep
	[[ "$output" != *--deep* ]]
	passes layer.zip
	[[ "$output" != *--deep* ]]
	passes layer.zip --quick
	[[ "$output" == *"--deep reads all"* ]]
}

@test "the head of bytecode is found however it is packed" {
	python3 -m compileall -q layer/python/alpha
	for how in -0 -X -1 "-9 -fd"; do
		# shellcheck disable=SC2086 # words
		(cd layer && rm -f ../new.zip && zip -q -r $how ../new.zip . )
		finds stale-bytecode new.zip --quick
		finds stale-bytecode new.zip --deep
	done
	python3 -m compileall -q -f layer/python/alpha --invalidation-mode unchecked-hash
	for how in -0 -X "-9 -fd"; do
		# shellcheck disable=SC2086
		(cd layer && rm -f ../new.zip && zip -q -r $how ../new.zip . )
		passes new.zip --quick
	done
	python3 - <<-'PY'
	import zipfile
	data = open("new.zip", "rb").read()
	i = next(i for i in zipfile.ZipFile("new.zip").infolist() if i.filename.endswith(".pyc"))
	at = i.header_offset + 30 + int.from_bytes(data[i.header_offset + 26:][:2], "little") + \
	     int.from_bytes(data[i.header_offset + 28:][:2], "little")
	open("bad.zip", "wb").write(data[:at] + b"\xff" * 20 + data[at + 20:])
	PY
	cannot ".pyc: its compressed data is damaged" bad.zip --quick
}

@test "several formats by one run, each to its place" {
	run importtrace check layer --budget files=1 --format markdown -o c.md --format json -o c.json \
		--format github
	[ "$status" -eq 1 ]
	[[ "$output" == ::error* ]]
	grep -q '^### importtrace check' c.md
	python3 -c 'import json; assert json.load(open("c.json"))["result"] == "fail"'
	importtrace check layer -o c.txt -f text -o c2.txt && cmp c.txt c2.txt && grep -q passed c.txt
	cannot "standard output takes one --format" layer -f json -f text
	cannot "standard output takes one --format" layer -f json -f text -o x -f junit
	run importtrace check layer -o no/such/x -f json -f text
	[ "$status" -eq 2 ] && [[ "$output" != *passed* ]]
}

@test "wrong usage" {
	cannot "did you mean --baseline?" --basline x
	cannot "name it with --baseline" layer.zip --update
	cannot "'budget total' wants a size" layer.zip --budget total=much
	cannot "'budget weight' is not known" layer.zip --budget weight=1
	cannot "is no id of a finding" layer.zip --accept nonsense
	cannot "not 'yaml'" layer.zip --format yaml
	cannot "wants a platform tag" layer.zip --platform windows
	cannot "one layer at a time" layer.zip layer
}

@test "output that cannot be written leaves the baseline alone" {
	run importtrace check layer.zip --baseline no/such/b --update
	[ "$status" -eq 2 ]
	importtrace check layer.zip --baseline b --update && cp b before
	echo 1 >>layer/python/alpha/core.py && pack
	run importtrace check new.zip --baseline b --update -o no/such/report
	[ "$status" -eq 2 ]
	cmp b before
}
