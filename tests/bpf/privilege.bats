#!/usr/bin/env bats
# Who can record, and what those who cannot are told. A tracer with file capabilities gives nothing
# of them away.

load recording

bats_require_minimum_version 1.5.0

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root to become others"
	compare=$PWD/tests/bpf/compare.py
	seccomp=$PWD/tests/bpf/seccomp.py
	tree=$PWD
	T=$(cd "$(mktemp -d)" && pwd -P)
	chmod 777 "$T"
	cd "$T"
	cp "$BUILD/importtrace" "$BUILD/probes/touch" .
	nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
}

teardown() {
	[ -z "${T:-}" ] || { cd / && rm -rf "$T"; }
}

# says TEXT: doctor and record both fail with it, and nothing is run.
says() {
	local text=$1 code
	shift
	for code in 2 125; do
		if [ $code -eq 2 ]; then
			run "$@" ./importtrace doctor
		else
			run "$@" ./importtrace record -- touch ran
		fi
		echo "$output"
		[ "$status" -eq $code ]
		[[ "$output" == *"$text"* ]]
		[[ "$output" == *"To do: "* ]]
	done
	[ ! -e ran ] && [ ! -e trace.json ]
}

# exact: a plain user's, or anybody's, recording of a known-answer probe.
exact() {
	mkdir d
	chmod 777 d
	./touch prepare "$T/d" /dev/null
	"$@" record -q -o trace.json -- ./touch plain "$T/d" "$T/expected"
	python3 "$compare" trace.json "$T/d" expected
	grep -q '"complete": true' trace.json
	[ -s expected ]
}

with_capabilities() {
	local caps=cap_bpf,cap_perfmon
	case $(uname -r) in 5.10.*) caps=$caps,cap_sys_resource ;; esac # locked memory
	setcap "$caps+ep" ./importtrace || skip "this file system has no capabilities"
}

@test "as root" {
	exact ./importtrace
	./importtrace doctor
}

@test "through sudo: the command runs as the caller, and the trace is his" {
	command -v sudo >/dev/null || skip "sudo is not installed"
	cat >sudoers <<-'S'
	nobody ALL=(ALL) NOPASSWD: ALL
	S
	chmod 440 sudoers
	cat >by-sudo.sh <<-'SH'
	set -eu
	mount --bind sudoers /etc/sudoers
	exec setpriv --reuid 65534 --regid 65534 --clear-groups sudo -n ./importtrace record -q -o trace.json -- \
		sh -c 'id -un; id -u; id -g; echo "$USER $LOGNAME $HOME"; env | grep ^SUDO; grep CapEff /proc/self/status; exit 3'
	SH
	run unshare -m sh by-sudo.sh
	echo "$output"
	[ "$status" -eq 3 ]
	[ "${lines[0]}" = nobody ] && [ "${lines[1]}" = 65534 ] && [ "${lines[2]}" = 65534 ]
	[ "${lines[3]}" = "nobody nobody $(getent passwd nobody | cut -d: -f6)" ]
	[[ "${lines[4]}" == CapEff:*0000000000000000 ]]
	[ "$(stat -c %u trace.json)" = 65534 ]
	grep -q '"complete": true' trace.json
}

@test "with file capabilities as a plain user" {
	with_capabilities
	exact "${nobody[@]}" ./importtrace
	"${nobody[@]}" ./importtrace doctor
	[ "$(stat -c %u trace.json)" = 65534 ]
}

@test "with file capabilities: the command gets the caller's whole environment" {
	with_capabilities
	set=(LD_LIBRARY_PATH=/x TMPDIR=/y LD_DEBUG_OUTPUT=/z MALLOC_ARENA_MAX=1 GCONV_PATH=/g
		LOCALDOMAIN=l "ODD=a
b" EMPTY=)
	"${nobody[@]}" env "${set[@]}" env -0 | sort -z >want
	"${nobody[@]}" env "${set[@]}" ./importtrace record -q -- env -0 | sort -z >got
	cmp want got
	grep -qz '^LD_LIBRARY_PATH=/x$' got
}

@test "with file capabilities: no dangerous variable is obeyed by the tracer" {
	with_capabilities
	command -v gcc >/dev/null || skip "a compiler is needed"
	mkdir loaded && chmod 777 loaded
	cat >preload.c <<-'C'
	#include <fcntl.h>
	#include <stdio.h>
	#include <errno.h>
	extern char *program_invocation_short_name;
	__attribute__((constructor)) static void loaded(void)
	{
		char name[300];
		snprintf(name, sizeof(name), "loaded/%s", program_invocation_short_name);
		creat(name, 0666);
	}
	C
	gcc -D_GNU_SOURCE -shared -fPIC -o preload.so preload.c
	"${nobody[@]}" env LD_PRELOAD="$T/preload.so" LD_DEBUG=libs LD_DEBUG_OUTPUT="$T/loaded/debug" \
		SUDO_UID=0 SUDO_GID=0 OPENSSL_CONF="$T/none" LIBBPF_LOG_LEVEL=debug LIBBPF_STRICT_MODE=none \
		./importtrace record -q -- id -u >out 2>err
	[ "$(cat out)" = 65534 ]
	[ ! -s err ]
	# The command's process is the tracer's fork until it executes `id`, which obeys them.
	[ -e loaded/id ] && [ ! -e loaded/importtrace ]
	# Without the capabilities it is loaded: the test can tell.
	cp importtrace plain
	"${nobody[@]}" env LD_PRELOAD="$T/preload.so" ./plain --version
	[ -e loaded/plain ]
}

@test "with file capabilities: nothing about a program that runs as somebody else" {
	with_capabilities
	mkdir -m 700 secret
	echo s >secret/file
	cp /bin/cat as-root
	chmod 4755 as-root
	run "${nobody[@]}" ./importtrace record -- sh -c './as-root secret/file'
	echo "$output"
	[ "$status" -eq 125 ]
	[[ "$output" == *"foreign_user = 1"*"record as root"* ]]
	python3 -c 'import json, sys
t = json.load(open("trace.json"))
assert not t["complete"] and t["loss"]["foreign_user"] == 1
assert not [f for f in t["files"] + t["misses"] if "secret" in f["path"]]'
	# A program with file capabilities of its own is one of those.
	cp /bin/cat capable
	setcap cap_dac_read_search+ep capable
	run "${nobody[@]}" ./importtrace record -q -- ./capable secret/file
	[ "$status" -eq 125 ]
	! grep -q '"path":"[^"]*secret' trace.json || false
	# Root sees it all.
	./importtrace record -q -- setpriv --reuid 65534 --regid 65534 --clear-groups ./as-root secret/file
	grep -q '"path":"[^"]*secret/file"' trace.json
	grep -q '"complete": true' trace.json
}

@test "in a PID namespace" {
	exact unshare -pf --mount-proc ./importtrace
}

@test "in a user namespace: said" {
	says "the first user namespace: this is another one" unshare --user --map-root-user
	with_capabilities
	says "the first user namespace" "${nobody[@]}" unshare --user --map-root-user
}

@test "without any privilege: said" {
	says "missing: CAP_BPF CAP_PERFMON" "${nobody[@]}"
	run "${nobody[@]}" ./importtrace doctor
	[[ "$output" == *"run through sudo, or once as root: setcap"* ]]
}

@test "rights that the bounding set excludes, as in a container: said" {
	says "start the container with --cap-add=BPF --cap-add=PERFMON" \
		"${nobody[@]}" --bounding-set=-all
	says "start the container with --cap-add" capsh --drop=cap_bpf,cap_perfmon,cap_sys_admin --shell=/usr/bin/env --
}

@test "file capabilities under no_new_privs and on a nosuid mount: said" {
	with_capabilities
	says "outside of what has set no_new_privs" "${nobody[@]}" setpriv --no-new-privs
	mkdir nosuid
	cat >nosuid.sh <<-'SH'
	mount -t tmpfs -o nosuid none nosuid && chmod 777 nosuid && cp importtrace nosuid/ || exit 99
	setcap cap_bpf,cap_perfmon+ep nosuid/importtrace
	cd nosuid && exec "$@"
	SH
	says "that is not mounted nosuid" unshare -m sh nosuid.sh "${nobody[@]}"
}

@test "bpf(2) forbidden by a seccomp filter: said" {
	says "a seccomp filter" python3 "$seccomp"
}

@test "a kernel before 5.10: said by doctor" {
	pretend_kernel 5.9.16-200.fc32.x86_64
	run env LD_PRELOAD="$T/uname.so" ./importtrace doctor
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"FAIL Linux 5.10 or newer: 5.9.16-200.fc32.x86_64"* ]]
	[[ "$output" == *"To do: run on a kernel of at least 5.10"* ]]
}

@test "too little locked memory for a kernel before 5.11: said" {
	few=(setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource prlimit --memlock=65536:65536)
	case $(uname -r) in
	5.10.*)
		says "at most 64 KiB" "${few[@]}"
		return
		;;
	esac
	pretend_kernel 5.10.0
	run "${few[@]}" env LD_PRELOAD="$T/uname.so" ./importtrace doctor
	echo "$output"
	[ "$status" -eq 2 ]
	[[ "$output" == *"FAIL locked memory, or CAP_SYS_RESOURCE"*"at most 64 KiB"* ]]
	[[ "$output" == *"To do: run through sudo"*"cap_sys_resource"* ]]
}

@test "no kernel type information: said, and nothing is run" {
	says "CONFIG_DEBUG_INFO_BTF" unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh
}

@test "a kernel that cannot serve (user-mode Linux, without BTF and BPF): said" {
	command -v linux.uml >/dev/null || skip "user-mode-linux is not installed"
	cat >init <<-SH
	#!/bin/sh
	mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t tmpfs tmp /mnt
	PATH=$PATH
	export NO_COLOR=1 # the console is a terminal
	cd /mnt
	echo "kernel \$(uname -r)"
	$BUILD/importtrace doctor
	echo "doctor \$?"
	$BUILD/importtrace record -- touch ran
	echo "record \$?" \$(ls)
	echo o >/proc/sysrq-trigger
	sleep 9
	SH
	chmod +x init
	timeout 100 linux.uml mem=256M root=/dev/root rootfstype=hostfs rootflags=/ ro quiet \
		con=null con0=null,fd:1 init="$T/init" </dev/null >out 2>&1 || true
	cat out
	tr -d '\r' <out >said
	grep -q '^FAIL kernel type information (BTF)' said
	grep -q '^This machine cannot record yet. To do: use a kernel built with CONFIG_DEBUG_INFO_BTF=y' said
	grep -q '^doctor 2$' said
	grep -q '^importtrace record: cannot load the kernel side: kernel type information (BTF).*To do:' said
	grep -q '^record 125$' said
}
