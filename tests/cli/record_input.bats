#!/usr/bin/env bats
# record with bad and odd commands: as env(1) runs them, with the same exit code and output.

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	T=$(cd "$(mktemp -d)" && pwd -P)
	chmod 755 "$T"
	cd "$T"
	record=(importtrace record -q -o "$T/trace.json" --)
}

teardown() {
	[ -z "${T:-}" ] || { cd / && rm -rf "$T"; }
}

# same COMMAND…: runs it by env and by record, and compares exit code and output. A message of
# env's or record's own (127, 126) is worded differently: there only the code counts.
same() {
	local want=0 got=0
	env "$@" >want.out 2>want.err || want=$?
	"${record[@]}" "$@" >got.out 2>got.err || got=$?
	[ "$got" -eq "$want" ] || { echo "env: $want, record: $got"; cat got.err; return 1; }
	cmp want.out got.out
	case $want in
	126 | 127) grep -q "cannot run\|$1" got.err ;;
	*) cmp want.err got.err && grep -q '"complete": true' trace.json ;;
	esac
	code=$got
}

@test "missing, empty, too long and unreachable commands" {
	same no-such-command && [ "$code" -eq 127 ]
	same ./no/such/command && [ "$code" -eq 127 ]
	same /etc/passwd/below && [ "$code" -eq 126 ]
	same "" && [ "$code" -eq 127 ]
	same "$(printf '%0300d' 0)" && [ "$code" -eq 126 ]
	same "./$(printf '%05000d' 0)" && [ "$code" -eq 126 ]
	ln -s loop loop
	same ./loop && [ "$code" -eq 126 ]
}

@test "a directory, a file that is not executable" {
	mkdir dir
	touch plain
	same ./dir && [ "$code" -eq 126 ]
	same "$T" && [ "$code" -eq 126 ]
	same ./plain && [ "$code" -eq 126 ]
}

@test "scripts: a missing and a looping interpreter, none, an empty file" {
	printf '#!/no/such/interpreter\n' >missing
	printf '#!%s/b\n' "$T" >a
	printf '#!%s/a\n' "$T" >b
	printf 'echo by the shell: "$@"\nexit 3\n' >bare
	printf '#!\n' >nothing
	printf '#!%s\n' "$T" >directory
	: >empty
	chmod +x missing a b bare nothing directory empty
	same ./missing && [ "$code" -eq 127 ]
	same ./a && [ "$code" -eq 126 ]
	same ./bare one "two three" && [ "$code" -eq 3 ]
	same ./nothing
	same ./directory && [ "$code" -eq 126 ]
	same ./empty && [ "$code" -eq 0 ]
}

@test "a binary of another architecture, a cut one" {
	python3 - <<-'PY'
	import sys
	head = open("/bin/true", "rb").read()
	open("other", "wb").write(head[:18] + b"\xf3\x00" + head[20:])  # EM_RISCV
	open("cut", "wb").write(head[:100])
	PY
	chmod +x other cut
	same ./other
	same ./cut
}

@test "the search goes on in \$PATH where execvp goes on" {
	mkdir a b c
	printf '#!/no/such/interpreter\n' >a/tool
	printf '#!/bin/sh\necho b\n' >b/tool
	chmod +x a/tool b/tool
	touch c/tool
	PATH=$T/a:$T/b:$PATH same tool && [ "$(cat got.out)" = b ]
	PATH=$T/c:$T/b:$PATH same tool && [ "$(cat got.out)" = b ]
	PATH=/etc/passwd:$T/b:$PATH same tool && [ "$(cat got.out)" = b ]
	PATH=$T/c:$PATH same tool && [ "$code" -eq 126 ]
	PATH=$T/a:$PATH same tool && [ "$code" -eq 127 ]
	cd b
	PATH=:$PATH same tool && [ "$(cat got.out)" = b ]
	PATH=$PATH: same tool && [ "$(cat got.out)" = b ]
}

@test "no PATH, no HOME, no environment at all" {
	import=$(command -v importtrace)
	[ "$(env -i "$import" record -q -- env | grep -c .)" -eq "$(env -i env | grep -c .)" ]
	[ "$(env -u PATH "$import" record -q -- sh -c 'echo works')" = works ]
	[ "$(env -u HOME "$import" record -q -- sh -c 'echo "${HOME-unset}"')" = unset ]
}

@test "empty arguments and 100,000 arguments" {
	same printf '[%s]' "" a "" && [ "$(cat got.out)" = "[][a][]" ]
	# shellcheck disable=SC2046 # words are wanted
	env printf '%s,' $(seq 100000) >want.out
	# shellcheck disable=SC2046
	"${record[@]}" printf '%s,' $(seq 100000) >got.out
	cmp want.out got.out
	grep -q '"complete": true' trace.json
}

@test "an environment of 2 MB" {
	[ "$(id -u)" -eq 0 ] || ulimit -Ss 65536 || skip "needs a larger stack limit"
	cat >big.py <<-'PY'
	import os, resource, subprocess, sys
	hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
	resource.setrlimit(resource.RLIMIT_STACK, (64 << 20, hard))
	env = dict(os.environ, **{f"W{i}": str(i) * 100_000 for i in range(10)})
	env.update({f"V{i}": "v" * 1000 for i in range(1000)})
	assert sum(len(k) + len(v) for k, v in env.items()) > 2_000_000
	digest = "import hashlib, os; print(hashlib.sha256(os.environb[b'W5'] + b''.join(sorted(os.environb.values()))).hexdigest())"
	a = subprocess.run(["env", "python3", "-c", digest], env=env, capture_output=True, check=True)
	b = subprocess.run(sys.argv[1:] + ["python3", "-c", digest], env=env, capture_output=True)
	sys.exit(b.stderr.decode() or b.returncode or (a.stdout != b.stdout and "another environment"))
	PY
	python3 big.py "${record[@]}"
	grep -q '"complete": true' trace.json
}

@test "closed stdin, stdout and stderr: closed for the command too, and the trace is whole" {
	cat >fds <<-'SH'
	#!/bin/sh
	ls /proc/self/fd >"$1" 2>/dev/null
	SH
	chmod +x fds
	for closing in '0<&-' '1>&-' '2>&-' '0<&- 1>&-' '1>&- 2>&-' '0<&- 1>&- 2>&-'; do
		rm -f trace.json want got
		eval "env ./fds want $closing"
		eval "'${record[0]}' record -o '$T/trace.json' -- ./fds got $closing"
		cmp want got
		python3 -c 'import json, sys; sys.exit(not json.load(open("trace.json"))["complete"])'
	done
	# A command that writes to what is closed fails as it does under env.
	got=0 want=0
	env echo x >&- 2>/dev/null || want=$?
	"${record[@]}" echo x >&- 2>/dev/null || got=$?
	[ "$got" -eq "$want" ] && [ "$got" -ne 0 ]
}

@test "a current directory that has been removed" {
	mkdir gone
	cd gone
	rmdir ../gone
	want=0 got=0
	env sh -c 'exit 5' 2>/dev/null || want=$?
	"${record[@]}" sh -c 'exit 5' 2>/dev/null || got=$?
	[ "$got" -eq "$want" ]
	grep -q '"complete": true' "$T/trace.json"
	# The default output cannot be made there: said before anything runs.
	run importtrace record -- touch "$T/ran"
	[ "$status" -eq 125 ]
	[[ "$output" == *"cannot write in directory"* ]]
	[ ! -e "$T/ran" ]
}

@test "signal dispositions: SIGCHLD ignored does not hang, SIGPIPE stays as it was" {
	cat >ignoring.py <<-'PY'
	import os, signal, sys
	for s in (signal.SIGCHLD, signal.SIGUSR1):
	    signal.signal(s, signal.SIG_IGN)
	signal.signal(signal.SIGPIPE, signal.SIG_DFL)
	signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
	os.execvp(sys.argv[1], sys.argv[1:])
	PY
	timeout 20 python3 ignoring.py env grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status >want
	timeout 20 python3 ignoring.py "${record[@]}" grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status >got
	cmp want got
	timeout 20 "${record[@]}" python3 -c 'import os; os.execvp("yes", ["yes"])' | head -n 1
}

@test "kill 0 in the command reaches it once" {
	cat >group.py <<-'PY'
	import os, signal, time
	got = []
	signal.signal(signal.SIGUSR1, lambda *a: got.append(1))
	os.kill(0, signal.SIGUSR1)
	time.sleep(0.3)
	print(len(got))
	PY
	[ "$(setsid -w "${record[@]}" python3 group.py)" = 1 ]
}

@test "children that the recorder had before are not waited for" {
	timeout 20 sh -c "sleep 30 & echo \$! >old; exec ${record[*]} true"
	kill "$(cat old)"
	grep -q '"complete": true' trace.json
}
