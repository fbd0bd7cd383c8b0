#!/usr/bin/env bats
# compare: layers, traces and baselines against one another.

bats_require_minimum_version 1.5.0

load small_layer

setup() {
	small_layer
	importtrace prune --safety all --root python -q -o all.zip
	importtrace prune --keep trace.json --safety trace -q -o traced.zip
}

# js CODE: Python over the JSON on standard input, as r; one list by name as n.
js() {
	python3 -c '
import json, sys
r = json.load(sys.stdin)
def n(key):
    return {x["name"]: x for x in r[key]}
'"$1"
}

@test "two zips: what went, by package, category, type and file, and sums that agree" {
	importtrace compare all.zip traced.zip --format json | js '
assert r["old_total"]["files"] == 17 and r["new_total"]["files"] == 12
assert r["old_total"]["zipped"] > r["new_total"]["zipped"]
assert n("packages")["alpha"]["change"] == "shrank"
assert n("packages")["alpha"]["old_version"] == n("packages")["alpha"]["new_version"] == "1.0"
assert n("categories")["tests"]["new"]["files"] == 0
assert n("files")["alpha/unused.py"]["change"] == "removed"
gone = sum(x["old"]["bytes"] - x["new"]["bytes"] for x in r["files"])
for key in ("packages", "categories", "types"):
    assert sum(x["old"]["bytes"] - x["new"]["bytes"] for x in r[key]) == gone, key
assert gone == r["old_total"]["bytes"] - r["new_total"]["bytes"]'
	importtrace compare traced.zip all.zip --format json | js '
assert n("files")["alpha/unused.py"]["change"] == "added"
assert n("packages")["alpha"]["change"] == "grew"'
}

@test "a zip and a directory, whatever their site directories" {
	importtrace compare all.zip python --format json | js '
assert not r["files"] and not r["packages"], r
assert "zipped" not in r["new_total"]'
	run importtrace compare all.zip python
	[ "$status" -eq 0 ]
	[[ "$output" == *"No difference."* ]]
}

@test "a trace is told in the layer's terms, wherever it was recorded" {
	sed "s|$T/python|/elsewhere|g" trace.json >moved.json
	for t in trace.json moved.json; do
		importtrace compare all.zip $t --format json | js '
assert set(x["name"] for x in r["files"] if x["change"] == "removed") >= {"alpha/unused.py"}
assert n("packages")["alpha"]["new"]["files"] == 3
assert "gamma_ns" not in n("packages")
assert "libraries" not in r or not r["libraries"]'
	done
	importtrace compare trace.json all.zip >/dev/null
	importtrace compare trace.json moved.json | grep -q "No difference"
}

@test "a baseline knows packages and native files only, and says so" {
	importtrace check all.zip --baseline b --update >/dev/null || [ $? -eq 1 ]
	run importtrace compare b all.zip
	[ "$status" -eq 0 ]
	[[ "$output" == *"No difference."*"a baseline does not hold"* ]]
	importtrace compare b traced.zip --format json | js '
assert "files" not in r
assert n("packages")["alpha"]["change"] == "shrank"'
}

# library FILE SONAME [BYTES]: a shared library that many bytes larger.
library() {
	{ echo 'int x;'; echo ".section .rodata; .zero ${3:-1}" | sed 's/.*/asm("&");/'; } |
		gcc -shared -nostdlib -x c -Wl,-soname,"$2" -o "$1" -
}

@test "native files: sonames where both sides have them and they are not the same file" {
	mkdir -p new/python old/python
	cp -r python/alpha* old/python && cp -r python/alpha* new/python
	library old/python/alpha/same.so libsame.so.1
	cp old/python/alpha/same.so new/python/alpha/
	library old/python/alpha/other.so libother.so.1
	library new/python/alpha/other.so libother.so.2 9000
	library old/python/alpha/gone.so libgone.so.1
	library new/python/alpha/new.so libnew.so.1
	for side in old new; do
		importtrace prune --safety all --root $side/python -q -o $side.zip
		importtrace check $side.zip --baseline $side.b --update >/dev/null || [ $? -eq 1 ]
	done
	for pair in "old.zip new.zip" "old new" "old.zip new" "old new.zip" "old.b new.zip" "old.zip new.b"; do
		# shellcheck disable=SC2086 # two words
		importtrace compare $pair --format json | js '
libraries = n("libraries")
assert set(libraries) == {"alpha/other.so", "alpha/gone.so", "alpha/new.so"}, libraries
assert libraries["alpha/other.so"]["old_soname"] == "libother.so.1"
assert libraries["alpha/other.so"]["new_soname"] == "libother.so.2"
assert not [k for x in ("alpha/gone.so", "alpha/new.so") for k in libraries[x] if "soname" in k]'
	done
	[[ "$(importtrace compare old.zip new.zip)" == *"libother.so.1 → libother.so.2"* ]]
}

@test "of native files that are the same by the directory no content is read" {
	library python/alpha/x.so libx.so.1 100000
	importtrace prune --safety all --root python -q -o a.zip
	python3 - <<-'PY'
		import zipfile
		data = bytearray(open("a.zip", "rb").read())
		i = zipfile.ZipFile("a.zip").getinfo("python/alpha/x.so")
		at = i.header_offset + 30 + len(i.filename) + i.compress_size - 20
		data[at:at + 20] = bytes(x ^ 0xff for x in data[at:at + 20])
		open("b.zip", "wb").write(data)
	PY
	! unzip -tq b.zip || false
	run importtrace compare a.zip b.zip
	[ "$status" -eq 0 ] && [[ "$output" == *"No difference."* ]]
	! importtrace check --deep b.zip || false
}

@test "text and Markdown name what changed, with hostile names made harmless" {
	mkdir -p python/alpha/$'new\nline' && echo 1 >python/alpha/$'new\nline'/$'<b>|\033[31m'
	run importtrace compare all.zip python
	[[ "$output" == *'new\x0aline/<b>|\x1b[31m'* ]]
	echo 1 >python/alpha/$'s\u00fc\u00df \u202e.txt'
	for locale in C C.UTF-8; do
		LC_ALL=$locale run importtrace compare all.zip python
		[[ "$output" == *$'alpha/s\u00fc\u00df \\xe2\\x80\\xae.txt '* ]]
	done
	rm python/alpha/s*.txt
	run importtrace compare all.zip python --format markdown
	[[ "$output" == *"New: 1 file"* ]]
	[[ "$output" == *"&lt;b&gt;&#124;"* ]]
	[[ "$output" != *"<b>"* ]]
}

@test "only the largest rows, or all of them" {
	for i in {1..30}; do echo "$i" >"python/alpha/n$i.txt"; done
	[ "$(importtrace compare all.zip python | grep -c 'alpha/n')" -eq 15 ]
	importtrace compare all.zip python | grep -q '(15 more)'
	[ "$(importtrace compare all.zip python --all | grep -c 'alpha/n')" -eq 30 ]
}

@test "what cannot be compared: exit 2 and why" {
	refused() { # MESSAGE ARG…
		run --separate-stderr importtrace compare "${@:2}"
		[ "$status" -eq 2 ]
		[ -z "$output" ]
		# shellcheck disable=SC2154
		[[ "$stderr" == *"$1"* ]] || { echo "$stderr"; false; }
	}
	refused "two of them" all.zip
	refused "two at a time" all.zip all.zip all.zip
	refused "cannot find nope" all.zip nope
	echo hello >text
	refused "text" all.zip text
	echo '{}' >empty.json
	refused "not a trace" all.zip empty.json
	printf 'importtrace-baseline 9\n' >newer
	refused "line 1: a baseline of version 9" newer all.zip
	refused "touched no file below" all.zip trace.json --root /nowhere
	refused "not 'html'" all.zip all.zip --format html
}
