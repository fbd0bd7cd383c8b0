#!/usr/bin/env bats
# Overloaded recordings: exact, or incomplete with the counter and the remedy. `make stress` runs
# 10,000 of them.

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	overload=$PWD/tests/bpf/overload.py
	T=$(cd "$(mktemp -d)" && pwd -P)
	for i in 00000 00001 00002; do touch "$T/$i"; done
}

teardown() {
	[ -z "${T:-}" ] || rm -rf "$T"
}

@test "random overload runs: no trace says complete and is not" {
	run timeout 900 python3 "$overload" --runs "${IMPORTTRACE_RUNS:-300}" --seconds 90
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"false complete: 0; other failures: 0"* ]]
}

@test "more processes at once than there is room for: said, with --processes" {
	run importtrace record --processes 1 -o "$T/t.json" -- "$BUILD/probes/storm" "$T" 0 3 3 1 0
	[ "$status" -eq 125 ]
	[[ "$output" == *"untracked_processes = "*"--processes"* ]]
	importtrace record -q --processes 4 -o "$T/t.json" -- "$BUILD/probes/storm" "$T" 0 3 3 1 0
	grep -q '"complete": true' "$T/t.json"
}

@test "--buffer and --processes: what is no size is refused" {
	for bad in 0 -1 x 4G 1025 1048577K ""; do
		run importtrace record --buffer "$bad" -o "$T/t.json" -- true
		[ "$status" -eq 125 ]
		[[ "$output" == *"--buffer is a number"* ]]
	done
	run importtrace record --processes 0 -o "$T/t.json" -- true
	[ "$status" -eq 125 ]
	[ ! -e "$T/t.json" ]
}
