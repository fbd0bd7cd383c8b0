#!/usr/bin/env bats
# The safety levels over real packages from PyPI: a few pairs of "recorded with A, run B", and every
# built-in rule. `make safety` runs all pairs.

load pythons

bats_require_minimum_version 1.5.0

# The packages of probes/safety/small.txt, once, for CPython 3.11: what the pins are for.
setup_file() {
	# shellcheck disable=SC2046 # words are wanted
	pinned_site "$BUILD/safety-small/site" $(sed 's/#.*//; s/^[^:]*://' probes/safety/small.txt)
}

setup() {
	[ -n "$python" ] || skip "needs CPython 3.11"
}

@test "what the recorded run did not do works at closure, in fewer bytes than whole packages take" {
	[ "$(id -u)" -eq 0 ] || skip "needs root: the layer is mounted in the tree's place"
	run "$python" probes/safety/suite.py "$site" --small --levels closure
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ closure\ +([0-9]+)\ +0\ +0\ +([0-9]+)% ]]
	[ "${BASH_REMATCH[1]}" -eq "$(grep -cE '^[a-z0-9]+-[a-z0-9]+:' probes/safety/small.txt)" ]
	[ "${BASH_REMATCH[2]}" -lt 100 ]
}

# stale RULES: prune looks for each pattern in the packages, and in the standard library.
stale() {
	local library
	library=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
	mkdir -p "$BATS_TEST_TMPDIR/litellm/litellm/litellm_core_utils/tokenizers"
	touch "$BATS_TEST_TMPDIR/litellm/litellm/x.json" \
		"$BATS_TEST_TMPDIR/litellm/litellm/litellm_core_utils/tokenizers/x"
	[ ! -d build/demo/site/python/litellm ] || litellm=build/demo/site/python
	run --separate-stderr importtrace prune --safety all -n -q --rules "$1" --root "$site=site" \
		--root "$library=library" --root "${litellm:-$BATS_TEST_TMPDIR/litellm}=litellm"
}

@test "each built-in rule, and each condition, matches something in the packages it is about" {
	sed -E 's/^\[.* if (.*)\]$/keep \1/' share/importtrace/rules >"$BATS_TEST_TMPDIR/rules"
	stale "$BATS_TEST_TMPDIR/rules"
	# shellcheck disable=SC2154
	echo "$stderr"
	[ "$status" -eq 0 ]
}

@test "a rule that has gone stale is named" {
	sed 's|^keep certifi/.*|keep certifi/cacert.pen|' share/importtrace/rules >"$BATS_TEST_TMPDIR/rules"
	stale "$BATS_TEST_TMPDIR/rules"
	echo "$stderr"
	[ "$status" -eq 2 ]
	[[ "$stderr" == *"'certifi/cacert.pen' matches nothing"*certifi/cacert.pem* ]]
}
