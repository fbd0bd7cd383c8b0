#!/usr/bin/env bats
# The import scanner against CPython's own ast: not one difference. `make scan-diff` runs more.

compare() {
	local python=$1
	shift
	run "$python" tests/scan/compare.py "$BUILD/tests/scan-dump" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == *" 0 differences"* ]]
}

stdlib() {
	"$1" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))'
}

@test "the standard library of each Python at hand" {
	local python n=0
	for python in $(tests/scan/pythons); do
		compare "$python" --without site-packages --without test --without idlelib "$(stdlib "$python")"
		n=$((n + 1))
	done
	[ "$n" -gt 0 ]
}

@test "the newest Python's own tests: the nastiest sources there are" {
	local python
	python=$(tests/scan/pythons | tail -n 1)
	[ -d "$(stdlib "$python")/test" ] || skip "this Python came without its tests"
	compare "$python" "$(stdlib "$python")/test"
}

@test "the comparison finds a difference" {
	T=$(mktemp -d)
	echo 'import a' >"$T/x.py"
	printf '#!/bin/sh\nwhile read -r f; do printf "F\\t%%s\\nI\\t1\\t0\\tb\\n" "$f"; done\n' >"$T/dump"
	chmod +x "$T/dump"
	run python3 tests/scan/compare.py "$T/dump" "$T"
	rm -rf "$T"
	[ "$status" -eq 1 ]
	[[ "$output" == *"missing (1, 'I', 0, 'a')"*"extra"*" 2 differences"* ]]
}
