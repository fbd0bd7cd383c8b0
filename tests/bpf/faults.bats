#!/usr/bin/env bats
# record when things go wrong round it: it is killed, hung up or stopped, the disk is full.

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root: bpftool, mounts"
	faults=$PWD/tests/bpf/faults.py
	T=$(cd "$(mktemp -d)" && pwd -P)
	cd "$T"
}

teardown() {
	[ -z "${T:-}" ] || { cd / && rm -rf "$T"; }
}

@test "SIGKILL at 100 random moments: no half trace, no stuck child, no zombie, no BPF object" {
	run python3 "$faults" kill "${IMPORTTRACE_KILLS:-100}"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the terminal hangs up: the trace is whole and says SIGHUP" {
	python3 "$faults" hangup
}

@test "Ctrl-Z stops both, fg continues both, nothing is lost" {
	python3 "$faults" stop
}

@test "Ctrl-C reaches the command once each time" {
	python3 "$faults" interrupt
}

@test "the command is killed: 137, a whole trace of what it did" {
	run importtrace record -q -o trace.json -- sh -c 'cat /etc/group >/dev/null; kill -KILL $$'
	[ "$status" -eq 137 ]
	grep -q '"complete": true' trace.json
	grep -q '"signal":9' trace.json
	grep -q '/etc/group' trace.json
}

@test "the disk is full: 125, said, and the old trace stays" {
	cat >full.sh <<-'SH'
	set -eu
	mount -t tmpfs -o size=64k none "$1"
	echo old >"$1/trace.json"
	dd if=/dev/zero of="$1/filling" bs=4k status=none 2>/dev/null || true
	code=0
	importtrace record -q -o "$1/trace.json" -- ls /usr/bin /usr/lib >/dev/null 2>"$2" || code=$?
	[ "$code" -eq 125 ]
	[ "$(cat "$1/trace.json")" = old ]
	[ "$(ls -A "$1" | sort | xargs)" = "filling trace.json" ]
	SH
	mkdir disk
	unshare -m sh full.sh "$T/disk" "$T/said"
	grep -q "cannot write .*disk/trace.json: No space left on device" said
}

@test "a file size limit: 125, said, not killed by SIGXFSZ; the old trace stays" {
	echo old >trace.json
	run sh -c 'ulimit -f 0; exec importtrace record -q -o trace.json -- true'
	[ "$status" -eq 125 ]
	[[ "$output" == *"cannot write trace.json: File too large"* ]]
	[ "$(cat trace.json)" = old ]
	[ "$(ls -A)" = trace.json ]
}

@test "the output directory is removed during the run: 125, said" {
	mkdir out
	run importtrace record -q -o "$T/out/trace.json" -- rmdir out
	[ "$status" -eq 125 ]
	[[ "$output" == *"$T/out/"*"No such file"* ]]
	[ -z "$(ls -A)" ]
}

@test "a device or a pipe as output is refused, not replaced" {
	mkfifo pipe
	for output in /dev/null pipe; do
		run importtrace record -o "$output" -- touch ran
		[ "$status" -eq 125 ]
		[[ "$output" == *"not a file"* ]]
	done
	[ -c /dev/null ] && [ -p pipe ] && [ ! -e ran ]
}

@test "stderr is closed by its reader: the trace is written all the same" {
	importtrace record -o trace.json -- sh -c 'sleep 0.2' 2> >(exec 0<&-)
	grep -q '"complete": true' trace.json
}

@test "few descriptors, no processes, little memory: exact, or 125 and why" {
	for limit in 'n 3' 'n 4' 'n 6' 'n 8' 'n 10' 'n 12' 'n 14' 'n 16' 'n 20' 'n 30' 'v 20000' 'v 60000' 'v 150000'; do
		rm -f trace.json said
		code=0
		bash -c "ulimit -${limit% *} ${limit#* } && exec importtrace record -q -o trace.json -- cat /etc/group" \
			>/dev/null 2>said || code=$?
		echo "ulimit -$limit: $code $(cat said)"
		if [ -e trace.json ] && grep -q '"complete": true' trace.json; then
			grep -q '"path":"/etc/group"' trace.json
			[ "$code" -eq 0 ] || [ "$code" -eq 127 ] || [ "$code" -eq 1 ]
		else
			[ "$code" -eq 125 ] || [ "$code" -eq 127 ]
			[ -s said ]
		fi
	done
}
