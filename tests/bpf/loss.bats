#!/usr/bin/env bats
# Overloaded recordings: exact, or incomplete with the counter and the remedy. `make stress` runs
# 10,000 of them.

bats_require_minimum_version 1.5.0

load recording

setup() {
	recording
	overload=$PWD/tests/bpf/overload.py
	for i in 00000 00001 00002; do touch "$T/$i"; done
}

@test "random overload runs: no trace says complete and is not" {
	run timeout 900 python3 "$overload" --runs "${IMPORTTRACE_RUNS:-300}" --seconds 90
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"false complete: 0; other failures: 0"* ]]
}

# A control group of so many bytes; it has 1 MiB where the command shall be killed.
group() {
	python3 "$PWD/tests/bpf/memory_group.py" "$@"
}

needs_groups() {
	group 100000000 true || skip "needs control groups of memory, and root"
}

@test "little memory for recorder, command or both: no trace says complete and is not" {
	needs_groups
	run timeout 900 python3 "$overload" --memory --runs "${IMPORTTRACE_MEMORY_RUNS:-40}" --seconds 90
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"false complete: 0; other failures: 0"* ]]
}

@test "the command is killed for want of memory: 137, and a whole trace of what it did" {
	needs_groups
	eat='x = open("'$T/00001'").close(); y = bytearray(200 << 20)'
	run importtrace record -q -o "$T/t.json" -- \
		python3 tests/bpf/memory_group.py 60000000 python3 -c "$eat"
	echo "$output"
	[ "$status" -eq 137 ]
	grep -q '"complete": true' "$T/t.json"
	grep -q "\"path\":\"$T/00001\"" "$T/t.json"
}

@test "the recorder is killed for want of memory: 137, the old trace stays, no process does" {
	needs_groups
	echo old >"$T/t.json"
	run group 4000000 importtrace record -q -o "$T/t.json" -- true
	echo "$output"
	[ "$status" -eq 137 ]
	[ "$(cat "$T/t.json")" = old ]
	[ "$(ls -A "$T" | xargs)" = "00000 00001 00002 t.json" ]
}

@test "more processes at once than there is room for: said, with --processes" {
	run importtrace record --processes 1 -o "$T/t.json" -- "$BUILD/probes/storm" "$T" 0 3 3 1 0
	[ "$status" -eq 125 ]
	[[ "$output" == *"untracked_processes = "*"--processes"* ]]
	importtrace record -q --processes 4 -o "$T/t.json" -- "$BUILD/probes/storm" "$T" 0 3 3 1 0
	grep -q '"complete": true' "$T/t.json"
}

@test "more mount namespaces at once than there is room for: said" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to make mount namespaces"
	cat >"$T/many.py" <<-'PY'
	import ctypes, os, resource, sys
	resource.setrlimit(resource.RLIMIT_NOFILE, (5000, 5000))
	for _ in range(int(sys.argv[1])):
	    if ctypes.CDLL(None).unshare(0x20000):
	        sys.exit("unshare")
	    os.open("/proc/self/ns/mnt", os.O_RDONLY)  # keeps it
	os.close(os.open("/etc/group", os.O_RDONLY))
	PY
	importtrace record -q -o "$T/t.json" -- python3 "$T/many.py" 300
	grep -q '"complete": true' "$T/t.json"
	grep -q '"path":"/etc/group"' "$T/t.json"
	run importtrace record -q -o "$T/t.json" -- python3 "$T/many.py" 4100
	[ "$status" -eq 125 ]
	[[ "$output" == *"foreign_mount_namespace = "* ]]
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
