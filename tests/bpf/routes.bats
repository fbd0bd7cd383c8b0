#!/usr/bin/env bats
# Routes to a file round the usual calls: each is traced, or the trace is incomplete and says why.

load recording

setup() {
	probed
	routes=$BUILD/probes/routes
}

# holds LINE…: the trace's files below the directory are these ("op[,op…] name").
holds() {
	printf '%s\n' "$@" | sed "s| /*| $T/d/|; s|/\$||" >"$T/expected"
	grep -q '"complete": true' "$T/trace.json"
	python3 tests/bpf/compare.py "$T/trace.json" "$T/d" "$T/expected"
}

# incomplete COUNTER: exit code 125, and the reason is said.
incomplete() {
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"$1 = "* ]]
	grep -q '"complete": false' "$T/trace.json"
	grep -q "\"$1\":[1-9]" "$T/trace.json"
}

record() {
	run importtrace record -o "$T/trace.json" -- "$@"
}

# Code 77: this machine gives no ring. Nothing has been opened by one then.
no_ring() {
	[ "$status" -eq 77 ] || return 1
	grep -q '"complete": true' "$T/trace.json"
}

@test "a file opened through io_uring: incomplete" {
	record "$routes" ring "$T/d"
	no_ring || incomplete untraced_routes
}

@test "a ring from outside, used by a call: incomplete" {
	run "$routes" with-ring importtrace record -o "$T/trace.json" -- "$routes" enter
	[ "$status" -eq 77 ] || incomplete untraced_routes
}

@test "a ring from outside, used by its memory alone: incomplete" {
	run "$routes" with-ring importtrace record -o "$T/trace.json" -- "$routes" map
	[ "$status" -eq 77 ] || incomplete untraced_routes
}

@test "a 32-bit program: what it opens, looks up, lists, makes, moves, executes" {
	[ "$(uname -m)" = x86_64 ] || skip "x86 only"
	cp "$BUILD/probes/compat" "$T/d/compat"
	importtrace record -q -o "$T/trace.json" -- "$T/d/compat" "$T/d"
	holds "stat " "open,map a" "stat alias" "stat b" "readlink link" "open,list sub" "stat sub/c" \
		"open sub/deep/d" "stat t0" "write,+created made" "write t1" "write,+created made/t1" \
		"write,+created made/link" "stat t2" "open t3" "exec compat"
}

@test "the old mmap of 32-bit programs: incomplete" {
	[ "$(uname -m)" = x86_64 ] || skip "x86 only"
	record "$BUILD/probes/compat" "$T/d" old
	incomplete untraced_routes
}

@test "an x32 call that succeeds: incomplete" {
	[ "$(uname -m)" = x86_64 ] || skip "x86 only"
	record "$routes" call $((0x40000000 + 2))
	incomplete compat_calls
}

@test "a call newer than this program that succeeds: incomplete" {
	record "$routes" call 500
	incomplete unknown_calls
}

@test "a call beyond the table that succeeds: incomplete" {
	record "$routes" call 600
	incomplete unknown_calls
}

# received NAMES… -- COMMAND…: records the command with a socket as descriptor 9, in which there is a
# message for each word of NAMES with the descriptors of the files in it (joined by commas). With
# PASSCRED the socket puts another control message before them.
received() {
	python3 - "$T" "$@" <<-'PY'
	import os, socket, subprocess, sys
	top, end = sys.argv[1], sys.argv.index("--")
	here, there = socket.socketpair()
	if os.environ.get("PASSCRED"):
	    there.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
	for names in sys.argv[2:end]:
	    fds = [os.open(f"{top}/d/{n}", os.O_RDONLY) for n in names.split(",")]
	    socket.send_fds(here, [b"x"], fds)
	    for fd in fds: os.close(fd)
	os.dup2(there.fileno(), 9)
	sys.exit(subprocess.run(["importtrace", "record", "-q", "-o", f"{top}/trace.json", *sys.argv[end:]],
	                        pass_fds=[9]).returncode)
	PY
}

@test "descriptors sent over a socket, and only read from" {
	received a,b,sub/c -- "$routes" receive 9
	holds "open a" "open b" "open sub/c"
}

@test "descriptors behind another control message" {
	PASSCRED=1 received a,b -- "$routes" receive 9
	holds "open a" "open b"
}

@test "descriptors in many messages that are received at once" {
	received a sub/c b,t0 -- "$routes" receive 9 3
	holds "open a" "open b" "open sub/c" "open t0"
}

@test "as many descriptors as a message can have" {
	received "$(yes a | head -n 252 | tr '\n' ,)b" -- bash -c "ulimit -n 4096; python3 - <<-'PY'
	import socket
	s = socket.socket(fileno=9)
	print(len(socket.recv_fds(s, 1, 253)[1]))
	PY"
	grep -q '"complete": true' "$T/trace.json"
	grep -q "\"path\":\"$T/d/b\",\"ops\":\[\"open\"\]" "$T/trace.json"
}

@test "what a 32-bit program receives" {
	[ "$(uname -m)" = x86_64 ] || skip "x86 only"
	for how in recvmsg mmsg socketcall time64; do
		received a sub/c -- "$BUILD/probes/compat" "$T/d" $how
		holds "stat " "open a" "open sub/c"
	done
}

@test "a descriptor taken from another process" {
	exec 8<"$T/d/b"
	importtrace record -q -o "$T/trace.json" -- "$routes" getfd $$ 8
	exec 8<&-
	holds "open b"
}

@test "a file opened by its handle" {
	"$routes" handle "$T/d" || skip "handles need a right and a file system that has them"
	importtrace record -q -o "$T/trace.json" -- "$routes" handle "$T/d"
	holds "open " "stat,open a"
}

@test "fanotify, whose events bring descriptors: incomplete" {
	run python3 -c 'import os; os.chroot("/")'
	[ "$status" -eq 0 ] || skip "needs root"
	record python3 -c 'import ctypes, os
nr = {"x86_64": 300, "aarch64": 262}[os.uname().machine]
os.fstat(ctypes.CDLL(None).syscall(nr, 0, 0))'
	incomplete untraced_routes
}

@test "a chroot by an absolute name, and what is looked up in there" {
	run python3 -c 'import os; os.chroot("/")'
	[ "$status" -eq 0 ] || skip "needs root"
	importtrace record -q -o "$T/trace.json" -- python3 -S -E -c 'import os, sys
os.chroot(sys.argv[1])
os.stat("/a")
os.open("/sub/c", os.O_RDONLY)' "$T/d"
	holds "stat " "stat a" "open sub/c"
}

@test "an overlayfs that only the run's own mount namespace has: incomplete" {
	grep -qw overlay /proc/filesystems || modprobe -q overlay || skip "the kernel has no overlayfs"
	mkdir "$T/rest" "$T/over"
	run unshare -m --propagation private importtrace record -o "$T/trace.json" -- unshare -m sh -ec '
		mount -t tmpfs none "$0/rest"
		mkdir "$0/rest/upper" "$0/rest/work"
		mount -t overlay none "$0/over" \
			-o "lowerdir=$0/d,upperdir=$0/rest/upper,workdir=$0/rest/work"
		cat "$0/over/a"' "$T"
	incomplete unseen
	[[ "$output" == *"$T/over/a"* ]]
}
