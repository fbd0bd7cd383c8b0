#!/usr/bin/env bats
# Trees with bad metadata, and trees that change: bounded time and memory, and either the right
# layer or a clear error. On the small layer and its carried trace.

load small_layer

bats_require_minimum_version 1.5.0

setup() {
	small_layer
	# libfault is loaded before the sanitizer
	[[ $BUILD != */asan ]] || export ASAN_OPTIONS=verify_asan_link_order=0
	info=python/alpha-1.0.dist-info
	printf 'keep alpha/\n' >rules
	with=()
}

# prune ARG…: within 20 seconds and 1 GB, whatever the tree.
prune() {
	(
		# AddressSanitizer reserves terabytes of addresses
		[[ $BUILD == */asan ]] || ulimit -v 1000000
		timeout 20 env "${with[@]}" importtrace prune --keep trace.json --force changed -q "$@"
	)
}

# refused MESSAGE ARG…: exit 2, the message, no layer.
refused() {
	local message=$1
	shift
	run --separate-stderr prune "$@"
	echo "$stderr"
	[ "$status" -eq 2 ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"$message"* ]]
	[ ! -e layer.zip ]
}

# lines FILE: what is in a RECORD of layer.zip, as the csv module reads it; JSON.
lines() {
	python3 - "$1" <<-'PY'
	import csv, io, json, sys, zipfile
	text = zipfile.ZipFile("layer.zip").read("python/" + sys.argv[1]).decode("utf-8", "surrogateescape")
	print(json.dumps([row[0] for row in csv.reader(io.StringIO(text, newline=""))]))
	PY
}

names() {
	python3 -c 'import zipfile; print(*zipfile.ZipFile("layer.zip").namelist(), sep="\n")'
}

@test "RECORD: names with commas, quotes and line ends are owned and listed" {
	python3 - "$info" <<-'PY'
	import csv, os, sys
	odd = ["alpha/a,b.txt", 'alpha/say "x".txt', "alpha/two\nlines.txt", "alpha/cr\rlf\n.txt"]
	for name in odd:
	    open("python/" + name, "w").close()
	with open(sys.argv[1] + "/RECORD", "a", newline="") as f:
	    csv.writer(f).writerows([name, "", ""] for name in odd + ["alpha/gone\n.txt"])
	PY
	prune --rules rules
	[[ "$(lines alpha-1.0.dist-info/RECORD)" == *'"alpha/a,b.txt", "alpha/say \"x\".txt", "alpha/two\nlines.txt", "alpha/cr\rlf\n.txt"]' ]]
	# They are alpha's: dropped with it, and none makes a distribution of its own live.
	[[ "$(importtrace explain --keep trace.json --force changed --rules rules $'python/alpha/two\nlines.txt' 2>&1)" == *alpha* ]]
}

@test "RECORD: a quote that is never closed swallows nothing" {
	{
		printf '"alpha/unclosed,,\n'
		cat "$info/RECORD"
	} >record
	sed -i 's/"//2g' record && mv record "$info/RECORD"
	prune
	[[ "$(lines alpha-1.0.dist-info/RECORD)" == *alpha/core.py* ]]
}

@test "RECORD: NULs, other encodings, paths that lead out" {
	python3 - "$info/RECORD" <<-'PY'
	import sys
	with open(sys.argv[1], "ab") as f:
	    f.write(b"alpha/core.py\0,,\nalpha/\xff\xfe.txt,,\n../../../../etc/passwd,,\n/etc/shadow,,\n"
	            b"alpha/../../../etc/group,,\nalpha/core.py/,,\n./alpha/./core.py,,\n,,\n\r\n\0\n")
	PY
	echo x >$'python/alpha/\xff\xfe.txt'
	prune --rules rules
	run lines alpha-1.0.dist-info/RECORD
	[[ "$output" == *'alpha/\udcff\udcfe.txt'* && "$output" != *etc/* && "$output" != *u0000* ]]
	names >/dev/null
	[[ "$(python3 -c 'import zipfile; print(zipfile.ZipFile("layer.zip").namelist())')" != *etc* ]]
}

@test "RECORD: 20 MB without a comma, in one line and in many" {
	cp "$info/RECORD" record
	for way in 'b"x" * 20_000_000' 'b"x\n" * 10_000_000' "b'\"\\n' * 10_000_000" 'b"," * 20_000_000'; do
		python3 -c "open('tail', 'wb').write($way)"
		cat record tail >"$info/RECORD"
		prune
		[[ "$(lines alpha-1.0.dist-info/RECORD)" == *alpha/core.py* ]]
		rm layer.zip
	done
}

@test "RECORD and METADATA that are no files, or too large" {
	cp -R python good
	rm "$info/RECORD" && mkdir "$info/RECORD"
	prune -o a.zip
	rm -r "$info/RECORD" && mkfifo "$info/RECORD"
	prune -o b.zip
	rm "$info/RECORD" && ln -s RECORD "$info/RECORD"
	prune -o c.zip
	rm "$info/RECORD" "$info/METADATA" && ln -s /dev/zero "$info/METADATA"
	prune -o d.zip
	for zip in a b c d; do
		python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert not z.testzip() and "python/alpha/core.py" in z.namelist()' $zip.zip
	done
	rm -r python && cp -R good python
	truncate -s 100M "$info/METADATA"
	refused "alpha-1.0.dist-info/METADATA is larger than"
}

@test "no RECORD: top_level.txt names what is owned, however it looks" {
	rm "$info/RECORD"
	python3 - "$info/top_level.txt" <<-'PY'
	import sys
	with open(sys.argv[1], "wb") as f:
	    f.write(b"..\n.\n/\n../beta\n/etc\n\0\n\xff\n\n" + b"alpha\r\n" * 2_000_000 + b"x" * 5_000_000)
	PY
	prune --rules rules
	[[ "$(names)" == *python/alpha/core.py* && "$(names)" != *etc* ]]
	[[ "$(names)" == *alpha-1.0.dist-info/METADATA* ]]
}

@test "METADATA without a name, empty, missing, with control characters, 20 MB of one line" {
	sed -i '/^Name:/d' "$info/METADATA"
	prune -o a.zip
	: >"$info/METADATA"
	prune -o b.zip
	python3 -c "open('$info/METADATA', 'wb').write(b'Name: ' + b'n' * 20_000_000)"
	prune -o c.zip
	python3 -c "open('$info/METADATA', 'wb').write(b'Requires-Dist: ' + b'(' * 5_000_000 + b'\nRequires-Dist: beta\n' * 1_000_000)"
	prune -o d.zip --safety closure
	rm "$info/METADATA"
	prune -o e.zip
	printf 'Name: \033[31mred\007\nVersion: \xff\0\n' >"$info/METADATA"
	importtrace prune --keep trace.json --force changed --json -o f.zip >f.json
	python3 -m json.tool f.json >/dev/null
	script -qec "importtrace prune --keep trace.json --force changed -n -v" /dev/null >screen
	! grep -q $'\033\[31mred' screen || false
	for zip in a b c d e f; do
		python3 -c 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert not z.testzip() and "python/alpha/core.py" in z.namelist()' $zip.zip
	done
}

@test "entry_points.txt: no groups, no names, NULs, 20 MB" {
	python3 - "$info/entry_points.txt" <<-'PY'
	import sys
	with open(sys.argv[1], "wb") as f:
	    f.write(b"x = y\n[\n[]\n[]]\n[a\n=\n = alpha\nq =\n[console_scripts]\nz = :::\n\0[plug\0in]\n\xff = \xfe:\xfd\n"
	            b"[alpha.plugins]\nd = " + b"a." * 1_000_000 + b"\n" + b"e = alpha.core:x [" + b"[" * 1_000_000 + b"\n" + b"n = m\n" * 1_000_000)
	PY
	echo 'GROUP = "alpha.plugins"' >>python/alpha/core.py
	prune --safety closure
	[[ "$(names)" == *python/alpha/core.py* ]]
}

@test "two distributions that own one file: both keep their metadata, both list it" {
	echo 'alpha/core.py,,' >>python/beta-2.1.dist-info/RECORD
	printf 'drop beta/\n' >rules
	prune --rules rules
	[[ "$(lines alpha-1.0.dist-info/RECORD)" == *alpha/core.py* ]]
	[[ "$(lines beta-2.1.dist-info/RECORD)" == *alpha/core.py* ]]
	[[ "$(names)" == *beta-2.1.dist-info/METADATA* && "$(names)" != *beta/__init__* ]]
}

@test "links: loops, to nothing, out of the tree, to the tree itself" {
	ln -s loop python/alpha/loop
	ln -s b python/alpha/a && ln -s a python/alpha/b
	ln -s . python/alpha/self
	ln -s "$T/python" python/alpha/whole
	ln -s /etc python/alpha/etc
	ln -s nothing python/alpha/dangling
	prune --rules rules
	run names
	[[ "$output" == *python/alpha/core.py* ]]
	[[ "$output" != *self/* && "$output" != *etc/* && "$output" != *whole/* ]]
	[ "$(names | wc -l)" -lt 60 ]
}

@test "directories nested without end: an error that names where" {
	python3 - <<-'PY'
	import os
	os.chdir("python/alpha")
	for _ in range(3000):
	    os.mkdir("d")
	    os.chdir("d")
	PY
	refused "nested more than"
}

# changed COMMAND MESSAGE ARG…: refused when COMMAND runs after the decision, before the writing.
changed() {
	local command=$1 message=$2
	shift 2
	rm -rf again && cp -R python again
	with=(LD_PRELOAD="$BUILD/tests/libfault.so" FAULT_COMMAND="$command")
	refused "$message" "$@"
	rm -rf python && mv again python
	[ -z "$(find . -name '*.tmp*' -o -name '.layer*')" ]
}

@test "a file that goes, grows, shrinks or turns into something else before it is written" {
	[ -e "$BUILD/tests/libfault.so" ]
	seq 100000 >python/alpha/data/template.txt
	changed 'rm python/alpha/data/template.txt' 'alpha/data/template.txt'
	changed 'echo more >>python/alpha/data/template.txt' 'alpha/data/template.txt changed while'
	changed 'truncate -s 10 python/alpha/data/template.txt' 'alpha/data/template.txt changed while'
	changed 'rm python/alpha/data/template.txt && mkfifo python/alpha/data/template.txt' \
		'alpha/data/template.txt changed while'
	changed 'rm python/alpha/data/template.txt && ln -s /dev/zero python/alpha/data/template.txt' \
		'alpha/data/template.txt'
	changed 'rm -r python/alpha' 'alpha/'
	# What the layer does not hold may change.
	with=(LD_PRELOAD="$BUILD/tests/libfault.so" FAULT_COMMAND='rm python/alpha/unused.py')
	prune --safety trace
	[ -e layer.zip ] && [ ! -e python/alpha/unused.py ]
}
