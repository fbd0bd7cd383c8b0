# What tests that record share: a directory $T of their own, and the right to record.
# shellcheck shell=bash

recording() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	T=$(cd "$(mktemp -d)" && pwd -P)
}

# A directory prepared for the probes.
probed() {
	recording
	mkdir "$T/d"
	"$BUILD/probes/touch" prepare "$T/d" /dev/null
}

# pretend_kernel RELEASE: $T/uname.so says so to whoever preloads it.
pretend_kernel() {
	command -v gcc >/dev/null || skip "a compiler is needed"
	gcc -shared -fPIC -DRELEASE="\"$1\"" -x c -o "$T/uname.so" - <<-'C'
	#include <string.h>
	#include <sys/syscall.h>
	#include <sys/utsname.h>
	#include <unistd.h>
	int uname(struct utsname *u)
	{
		int r = (int)syscall(SYS_uname, u);
		strcpy(u->release, RELEASE);
		return r;
	}
	C
}

teardown() {
	[ -z "${T:-}" ] || rm -rf "$T"
}
