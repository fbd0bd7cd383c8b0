#!/usr/bin/env bats
# The tree itself: a second compiler, formatting, scripts, house limits.

@test "clang builds everything without a warning, and what it builds writes the same bytes" {
	run env -u BUILD make --no-print-directory clang
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	T=$(mktemp -d)
	for level in 1 7 12; do
		for p in importtrace build/with-clang/importtrace; do
			$p prune -q --safety all --level $level --root probes=x -o "$T/${p//\//-}.zip"
		done
		cmp "$T/importtrace.zip" "$T/build-with-clang-importtrace.zip"
	done
	rm -rf "$T"
}

@test "sources are formatted" {
	run env -u BUILD make --no-print-directory format-check
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "scripts pass shellcheck" {
	shellcheck dev .ci/run docs/man/build tests/run tests/scan/pythons tests/scan/run-all $(find bench -type f ! -name "*.c" ! -name "*.py")
}

@test "no source over 700 lines, main.c under 150" {
	for f in $(git ls-files '*.c' '*.h' '*.py' '*.bats'); do
		[ "$(wc -l <"$f")" -le 700 ] || { echo "$f"; false; }
	done
	[ "$(wc -l <src/main.c)" -lt 150 ]
}

@test "deciding does no I/O, and dependencies point one way" {
	! grep -nE '#include <(fcntl|unistd|dirent|stdio|sys/)' src/plan/*.c || false
	! grep -nE '#include "(cmd|trace|layer|view)/' src/plan/*.[ch] src/base/*.[ch] || false
	! grep -nE '#include "(cmd|layer|view)/' src/trace/*.[ch] || false
	! grep -nE '#include "(cmd|trace|view)/' src/layer/*.[ch] || false
	! grep -nE '#include "(cmd|trace|layer)/' src/view/*.[ch] || false
}

@test "installing puts the program in its place" {
	T=$(mktemp -d)
	env -u BUILD make --no-print-directory install DESTDIR="$T" PREFIX=/usr
	"$T/usr/bin/importtrace" --version
	rm -rf "$T"
}

@test "no test asserts with a bare !, which bash lets pass" {
	! grep -nE '^[[:space:]]*! ' tests/*/*.bats | grep -v '|| false$' || false
}

@test "nothing is committed beside the rooms that the tree has" {
	rooms='.ci|.clang-format|.clang-tidy|.gitignore|CONTRIBUTING.md|LICENSE|Makefile|README.md|action.yml'
	rooms+='|bench|bpf|dev|docs|examples|include|probes|share|src|tests|vmlinux.h'
	! git ls-files | cut -d/ -f1 | sort -u | grep -vxE "$rooms" || false
}
