#!/usr/bin/env bats
# zips as input: the same layer as from the directory, and archives that nobody should trust.

bats_require_minimum_version 1.5.0

load small_layer

setup() {
	small_layer site
}

whole() {
	importtrace prune --safety all --root "site=" -q -o "$1"
}

# refused MESSAGE ARG…: exit 2, the message, nothing written.
refused() {
	local message=$1
	shift
	run --separate-stderr importtrace prune -q -o out.zip "$@"
	[ "$status" -eq 2 ] && [ -z "$output" ] && [ ! -e out.zip ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"$message"* ]]
}

@test "a zip gives the bytes that its directory gives, at each level" {
	whole all.zip
	for level in all static; do
		importtrace prune --safety $level --root site= -q -o dir.zip
		importtrace prune --safety $level --root all.zip -q -o zip.zip
		cmp dir.zip zip.zip
	done
	importtrace prune --safety trace --keep trace.json --root site= -q -o dir.zip
	importtrace prune --safety trace --keep trace.json --root all.zip -q -o zip.zip
	cmp dir.zip zip.zip
	# Every run that imports lists the directories of sys.path.
	python3 - "$T/site" <<-'PY'
	import json, sys
	trace = json.load(open("trace.json"))
	trace["files"].append({"path": sys.argv[1], "ops": ["stat", "list"], "type": "dir", "first_ns": 1, "pid": 2})
	trace["files"].sort(key=lambda f: f["path"].encode())
	json.dump(trace, open("trace.json", "w"))
	PY
	importtrace prune --safety trace --keep trace.json --root all.zip -q -o listed.zip
	cmp dir.zip listed.zip
	importtrace prune --safety trace --keep trace.json --root all.zip -q -o zip/
	importtrace prune --safety trace --keep trace.json --root site= -q -o dir/
	diff -r dir zip
}

@test "where a zip was unpacked is found by the trace, or said" {
	whole all.zip
	mv site gone
	importtrace prune --safety trace --keep trace.json --root all.zip -q -o found.zip
	importtrace prune --safety trace --keep trace.json --root all.zip --at "$T/site" -q -o said.zip
	cmp found.zip said.zip
	refused "touched nothing under /elsewhere" --safety trace --keep trace.json \
		--root all.zip --at /elsewhere
	refused "--at else is no absolute path" --safety trace --keep trace.json \
		--root all.zip --at else
}

@test "two places that a zip may have been unpacked to are an error that lists them" {
	whole all.zip
	sed "s|$T/site/|$T/other/|g" trace.json >other.json
	refused "--at $T/other    (" --safety trace --keep trace.json --keep other.json --root all.zip
	[[ "$stderr" == *"--at $T/site    ("* ]]
}

@test "a zip that the trace does not know is an error that says what to do" {
	mkdir -p x/zeta
	echo 1 >x/zeta/one.py
	importtrace prune --safety all --root x= -q -o x.zip
	refused "say where that was with --at DIR" --safety trace --keep trace.json --root x.zip
	refused "--at is for a zip" --safety trace --keep trace.json --root site --at /x
	run importtrace prune --at /x
	[ "$status" -eq 2 ]
	[[ "$output" == *"--at belongs behind the --root of a zip"* ]]
}

@test "a site directory without python/ goes below python/" {
	importtrace prune --safety all --root "site/python=" -q -o site.zip
	importtrace prune --safety all --root site/python -q -o dir.zip
	importtrace prune --safety all --root site.zip -q -o zip.zip
	cmp dir.zip zip.zip
}

@test "hostile archives are refused, odd ones read, all in little time and memory" {
	local file said code bad=0
	python3 "$BATS_TEST_DIRNAME/hostile_zips.py" "$T" >cases
	while IFS=$'\t' read -r file said; do
		rm -f out.zip
		code=0
		( # AddressSanitizer reserves terabytes of addresses
		[[ $BUILD == */asan ]] || ulimit -v 400000
		timeout 20 importtrace prune --safety all --root "$file=" -q -o out.zip
		) 2>err || code=$?
		if [[ $said == ok* ]]; then
			python3 - out.zip "$file" "$said" <<'PY' || { echo "$file: $code $(cat err)"; bad=1; }
import os, sys, zipfile
out, given = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2])
words = sys.argv[3].split()[1:]
names = sorted(n for n in out.namelist() if n[-1] != "/")
assert [str(len(names))] == words if words[0].isdigit() else names == sorted(words), names[:9]
for i in given.infolist()[:100]:
    if not i.is_dir():
        assert out.read(os.path.normpath(i.filename)) == given.read(i), i.filename
PY
		elif [ "$code" -ne 2 ] || ! grep -qF "$said" err || [ -e out.zip ]; then
			echo "$file: exit $code, wanted '$said', got: $(cat err)"
			bad=1
		fi
	done <cases
	[ "$bad" -eq 0 ]
	[ "$(wc -l <cases)" -gt 70 ]
}
