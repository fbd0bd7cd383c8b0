#!/usr/bin/env bats
# Known-answer probes: the trace's file set equals the known set exactly.

load recording

setup() {
	probed
	probe=$BUILD/probes/touch
}

known() {
	importtrace record -q -o "$T/trace.json" -- "$probe" "$1" "$T/d" "$T/expected"
	python3 tests/bpf/compare.py "$T/trace.json" "$T/d" "$T/expected"
	[ -s "$T/expected" ]
}

@test "opens, stats, maps, readlinks" { known plain; }
@test "paths relative to directory descriptors" { known dirfd; }
@test "paths relative to the current directory" { known chdir; }
@test "symlinks: what they lead to" { known symlink; }
@test "what is there and stands in the way: realpath, mkdir, O_EXCL, no permission" { known refused; }
@test "listing a directory" { known list; }
@test "what the run makes, moves, removes" { known write; }
@test "threads" { known threads; }
@test "a thread that outlives its leader" { known leader-exit; }
@test "fork" { known fork; }
@test "vfork" { known vfork; }
@test "posix_spawn" { known spawn; }
@test "a daemon is waited for" { known daemon; }

@test "32-bit calls" {
	[ "$(uname -m)" = x86_64 ] || skip "the probe of 32-bit calls is for x86-64"
	known compat
}

@test "a script of a script: the kernel's own opens" {
	"$probe" prepare-scripts "$T/d" /dev/null
	known script
	grep -q '"path":"[^"]*/dash","ops":\[[^]]*"exec"' "$T/trace.json"
	grep -q '"path":"[^"]*/ld-linux[^"]*","ops":\[[^]]*"exec"' "$T/trace.json"
}

@test "a descriptor from outside shows in its mapping" {
	exec 9<"$T/d/a"
	known inherited
	exec 9<&-
}

@test "the file of a namespace is no path, and nothing is lost by it" {
	importtrace record -q -o "$T/trace.json" -- cat /proc/self/ns/mnt 2>"$T/said" || true
	grep -q '"complete": true' "$T/trace.json"
	grep -q '"exit_code":1' "$T/trace.json" # cat cannot read it
}

@test "/proc/thread-self is the thread's own" {
	importtrace record -q -o "$T/trace.json" -- python3 -S -E -c 'import os, sys, threading
def look():
    os.stat("/proc/thread-self/status")
    print(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/status")
t = threading.Thread(target=look)
t.start()
t.join()' >"$T/said"
	grep -qF "\"path\":\"$(cat "$T/said")\",\"ops\":[\"stat\"]" "$T/trace.json"
}

@test "failed look-ups are kept apart" {
	known plain
	run python3 -c 'import json, sys
t = json.load(open(sys.argv[1])); d = sys.argv[2]
print(*(m["path"][len(d):] for m in t["misses"] if m["path"].startswith(d)))' "$T/trace.json" "$T/d"
	[ "$output" = "/a/below /absent /dangling" ]
}

@test "the requested path is kept where a symlink was on the way" {
	known symlink
	grep -q "\"path\":\"$T/d/sub/c\".*\"requested\":\\[\"$T/d/link/c\"\\]" "$T/trace.json"
}

@test "what was there before, is looked up, and removed or replaced at once" {
	cd "$T/d"
	importtrace record -q -o "$T/trace.json" -- python3 -S -E -c '
import os
for name in ("a", "sub/c"):
    if os.path.exists(name): os.remove(name)
if os.path.exists("b"):
    open("new", "w").close()
    os.replace("new", "b")'
	grep -q '"complete": true' "$T/trace.json"
	for name in a sub/c b; do grep -q "$T/d/$name\",\"ops\":\[\"stat\",\"write\"\]" "$T/trace.json"; done
}

@test "io_uring makes a trace incomplete, exit 125" {
	run importtrace record -o "$T/trace.json" -- "$probe" io_uring "$T/d" /dev/null
	grep -q '"untraced_routes":[01]' "$T/trace.json"
	if grep -q '"untraced_routes":1' "$T/trace.json"; then
		[ "$status" -eq 125 ]
		[[ "$output" == *"io_uring"* ]]
		grep -q '"complete": false' "$T/trace.json"
	fi
}

@test "a path of 300 components" { known deep; }

@test "a path too deep to follow makes a trace incomplete, exit 125" {
	run importtrace record -o "$T/trace.json" -- "$probe" abyss "$T/d" "$T/expected"
	[ "$status" -eq 125 ]
	[[ "$output" == *"truncated"* ]]
	grep -q '"complete": false' "$T/trace.json"
}

@test "a full buffer makes a trace incomplete, exit 125, and names the remedy" {
	# The smallest buffer, and a burst faster than the reader.
	run importtrace record --buffer 1 -o "$T/trace.json" -- python3 -c '
import os, signal, sys
os.kill(os.getppid(), signal.SIGSTOP)
for i in range(20000): os.path.exists("/tmp/%d" % i * 8)
os.kill(os.getppid(), signal.SIGCONT)'
	[ "$status" -eq 125 ]
	[[ "$output" == *"--buffer"* ]]
	grep -q '"complete": false' "$T/trace.json"
}

@test "no program is left in the kernel" {
	known plain
	python3 tests/bpf/faults.py leaks
}

@test "the kernel side is the same with a slice of the type information and with all of it" {
	command -v strace >/dev/null || skip "strace is not installed"
	tags='grep -h ^prog_tag /proc/$PPID/fdinfo/* | sort'
	importtrace record -q -o "$T/trace.json" -- sh -c "$tags" >"$T/slice"
	strace -f -o "$T/calls" -e trace=memfd_create -e inject=memfd_create:error=ENOSYS \
		importtrace record -q -o "$T/trace.json" -- sh -c "$tags" >"$T/whole"
	grep -q ENOSYS "$T/calls"
	[ "$(wc -l <"$T/whole")" -ge 4 ]
	cmp "$T/slice" "$T/whole"
}

@test "with the copies of each program that Linux 7.0 needs" {
	pretend_kernel 7.0.0
	export LD_PRELOAD=$T/uname.so
	importtrace record -q -o "$T/trace.json" -- \
		sh -c 'grep -h ^prog_tag /proc/$PPID/fdinfo/* | wc -l' >"$T/programs"
	[ "$(cat "$T/programs")" -ge 9 ]
	for mode in plain threads fork vfork daemon; do
		rm -rf "$T/d"
		mkdir "$T/d"
		"$probe" prepare "$T/d" /dev/null
		known $mode
	done
}

@test "what a Python program does" {
	importtrace record -q -o "$T/trace.json" -- \
		python3 -S -E probes/known/touch.py "$T/d" "$T/expected"
	python3 tests/bpf/compare.py "$T/trace.json" "$T/d" "$T/expected"
}

@test "no kernel type information: said, with the one thing to do, and nothing is run" {
	[ "$(id -u)" -eq 0 ] || skip "hiding it needs root"
	run unshare -m sh -c "mount -t tmpfs none /sys/kernel/btf && cd $T &&
		importtrace record -- touch ran"
	[ "$status" -eq 125 ]
	[[ "$output" == *"/sys/kernel/btf/vmlinux: No such file"*"CONFIG_DEBUG_INFO_BTF"* ]]
	[ ! -e "$T/ran" ]
	[ ! -e "$T/trace.json" ]
}

@test "random operations: the trace is what the generator says, or says itself that it is not" {
	run tests/bpf/generate 1 "${IMPORTTRACE_SEEDS:-10}"
	echo "$output"
	[ "$status" -eq 0 ]
}
