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

teardown() {
	[ -z "${T:-}" ] || rm -rf "$T"
}
