#!/usr/bin/env bats
# record: exit codes, the workload's surroundings, its output file.

bats_require_minimum_version 1.5.0

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	chmod 755 "$T"
	cd "$T"
}

teardown() {
	cd / && rm -rf "$T"
}

@test "the command's own exit code" {
	run importtrace record -q -- sh -c 'exit 7'
	[ "$status" -eq 7 ]
	grep -q '"exit_code":7' trace.json
}

@test "128 + n after signal n" {
	run importtrace record -q -- sh -c 'kill -TERM $$'
	[ "$status" -eq 143 ]
	grep -q '"signal":15' trace.json
}

@test "not found 127, not executable 126, and no trace is written" {
	run -127 importtrace record -- no-such-command
	[[ "$output" == *"cannot run 'no-such-command': No such file"* ]]
	touch plain
	run importtrace record -- ./plain
	[ "$status" -eq 126 ]
	run importtrace record -- "$T"
	[ "$status" -eq 126 ]
	run -127 importtrace record -- ""
	[ "$(ls)" = plain ]
}

@test "no command, unknown option: 125 and what to do" {
	run importtrace record
	[ "$status" -eq 125 ]
	[[ "$output" == *"no command given"* ]]
	run importtrace record --ouput x -- true
	[ "$status" -eq 125 ]
	[[ "$output" == *"did you mean --output?"* ]]
	run importtrace record --wait never -- true
	[ "$status" -eq 125 ]
	run importtrace record --buffer 0 -- true
	[ "$status" -eq 125 ]
}

@test "an output that cannot be had is said before the command runs" {
	run importtrace record -o no/such/dir/t.json -- touch ran
	[ "$status" -eq 125 ]
	mkdir d
	run importtrace record -o d -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
}

@test "the command's options are its own; -- is not needed" {
	run importtrace record -q echo -o --help
	[ "$output" = "-o --help" ]
}

@test "environment, stdin, stdout and stderr are the command's own" {
	run --separate-stderr bash -c 'echo in | FOO=bar importtrace record -q -- sh -c "cat; echo \$FOO; echo err >&2"'
	[ "$output" = "in
bar" ]
	[ "$stderr" = err ]
}

@test "no stray descriptor" {
	importtrace record -q -- sh -c 'ls /proc/self/fd' >with 3>&- 4>&-
	sh -c 'ls /proc/self/fd' >without 3>&- 4>&-
	cmp with without
}

@test "signal mask and dispositions are the caller's" {
	sh -c 'grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status' >without
	importtrace record -q -- sh -c 'grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status' >with
	cmp with without
}

@test "TERM, HUP, INT and USR1 sent to the recorder are passed on" {
	for sig in TERM HUP INT USR1; do
		importtrace record -q -- python3 -c "
import signal, sys
signal.signal(signal.SIG$sig, lambda *a: sys.exit(42))
open('ready', 'w').close()
signal.pause()" &
		for _ in $(seq 100); do [ -e ready ] && break; sleep 0.05; done
		kill -"$sig" $!
		status=0
		wait $! || status=$?
		[ "$status" -eq 42 ]
		rm ready
	done
}

@test "under sudo the command and the trace belong to the caller" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	chmod 777 .
	SUDO_UID=65534 SUDO_GID=65534 run importtrace record -q -- id -u
	[ "$output" = 65534 ]
	[ "$(stat -c %u trace.json)" = 65534 ]
	SUDO_UID=65534 SUDO_GID=65534 run importtrace record -q --as-root -- id -u
	[ "$output" = 0 ]
	run importtrace record -q --user nobody -- sh -c 'id -un; echo $HOME; grep CapEff /proc/self/status'
	[[ "$output" == nobody*CapEff:*0000000000000000 ]]
	chmod 755 .
	SUDO_UID=65534 SUDO_GID=65534 run importtrace record -o other.json -- touch ran
	[ "$status" -eq 125 ]
	[ ! -e ran ]
}

@test "with file capabilities a plain user records, and the command has none of them" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	chmod 777 .
	cp "$BUILD/importtrace" ./it
	setcap cap_bpf,cap_perfmon+ep ./it || skip "this file system has no capabilities"
	run setpriv --reuid 65534 --regid 65534 --clear-groups ./it record -q -- \
		grep -E 'CapPrm|CapEff|CapAmb' /proc/self/status
	[ "$status" -eq 0 ]
	[ "$(echo "$output" | grep -c 0000000000000000)" -eq 3 ]
	[ "$(stat -c %u trace.json)" = 65534 ]
	grep -q '"complete": true' trace.json
}

@test "without privilege: what is missing and the one thing to do" {
	[ "$(id -u)" -eq 0 ] || skip "needs root to give it up"
	chmod 777 .
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/importtrace" record -- touch ran
	[ "$status" -eq 125 ]
	[[ "$output" == *"missing: CAP_BPF CAP_PERFMON"*"setcap"* ]]
	[ ! -e ran ]
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$BUILD/importtrace" doctor
	[ "$status" -eq 2 ]
	[[ "$output" == *"cannot record yet"* ]]
}

@test "a tracer that is killed leaves the old trace and no stuck child" {
	echo old >trace.json
	importtrace record -q -- sh -c 'echo $$ >pid; exec sleep 30' &
	for _ in $(seq 100); do [ -s pid ] && break; sleep 0.05; done
	kill -KILL $!
	wait $! || true
	kill "$(cat pid)"
	[ "$(cat trace.json)" = old ]
	[ "$(ls -A | sort | xargs)" = "pid trace.json" ]
}

@test "--wait main names what goes on" {
	run importtrace record --wait main -- sh -c 'sleep 3 >/dev/null 2>&1 & echo $!; sleep 0.3'
	[ "$status" -eq 0 ]
	[[ "$output" == *"not recorded any further: 1 process"*sleep* ]]
	grep -q '"alive":true' trace.json
	kill "${lines[0]}" || true
}

@test "two recordings at once do not see each other" {
	mkdir a b && touch a/x b/y
	importtrace record -q -o a.json -- sh -c 'sleep 0.3; cat a/x' &
	importtrace record -q -o b.json -- sh -c 'sleep 0.3; cat b/y'
	wait $!
	grep -q "$T/a/x" a.json
	grep -q "$T/b/y" b.json
	! grep -q "$T/b/y" a.json || false
	! grep -q "$T/a/x" b.json || false
}

@test "names that are no text: newline, quote, control characters, not UTF-8" {
	python3 - <<-'PY'
	import os
	for name in (b"new\nline", b'quo"te', b"\x01", b"\xff\xfe", b"a\\b"):
	    open(name, "w").close()
	PY
	importtrace record -q -- python3 -c 'import os; [os.stat(n) for n in os.listdir(b".")]'
	python3 - <<-'PY'
	import base64, json, os
	t = json.load(open("trace.json"))
	got = {base64.b64decode(f["path_b64"]) if "path_b64" in f else f["path"].encode() for f in t["files"]}
	here = os.getcwdb() + b"/"
	for name in (b"new\nline", b'quo"te', b"\x01", b"\xff\xfe", b"a\\b"):
	    assert here + name in got, name
	PY
}
