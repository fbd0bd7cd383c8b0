#!/usr/bin/env bats
# The same set of paths as strace, run inside the recorded tree. `make oracle` has more workloads.

setup() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
}

same_set() {
	run python3 tests/e2e/oracle.py "$1"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *" paths, 0 missing, 0 too many"* ]]
}

@test "CPython, processes, a temporary tree: the same set as strace" { same_set python; }
@test "gcc: the same set as strace" { same_set gcc; }
@test "git: the same set as strace" { same_set git; }

@test "a path that the trace lacks, and one too many, are found" {
	T=$(cd "$(mktemp -d)" && pwd -P)
	importtrace record -q -o "$T/trace.json" -- strace -f -qq -y -o "$T/log" -e trace=%file,mmap,getdents64 \
		cat /etc/passwd >/dev/null
	python3 - "$T/trace.json" <<-'PY'
	import json, sys
	trace = json.load(open(sys.argv[1]))
	for f in trace["files"]:
	    f["path"] = f["path"].replace("/etc/passwd", "/etc/pass")
	json.dump(trace, open(sys.argv[1], "w"))
	PY
	run python3 tests/e2e/strace_oracle.py "$T/trace.json" "$T/log"
	rm -rf "$T"
	[ "$status" -eq 1 ]
	[[ "$output" == *"strace saw '/etc/passwd'"*"the trace has '/etc/pass'"*" 1 missing, 1 too many" ]]
}
