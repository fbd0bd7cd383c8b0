#!/usr/bin/env bats
# Completion, made from the option tables, in the real shells.

bats_require_minimum_version 1.5.0

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
}

teardown() {
	rm -rf "$T"
}

# bash_completes WORD…: what bash offers for the last of the words.
bash_completes() {
	# shellcheck disable=SC2016
	bash -c 'source <(importtrace completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_importtrace; printf "%s\n" "${COMPREPLY[@]}"' x "$@"
}

commands() {
	importtrace --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

@test "bash offers commands, options and values" {
	[ "$(bash_completes importtrace pru)" = prune ]
	[[ "$(bash_completes importtrace prune --saf)" == --safety ]]
	bash_completes importtrace prune --safety '' | grep -qx closure
	bash_completes importtrace prune --safety = cl | grep -qx closure
	[ "$(bash_completes importtrace record --wait ma)" = main ]
	bash_completes importtrace record -- ech | grep -qx echo
	[ -z "$(bash_completes importtrace prune --keep '')" ] # files, by bash itself
}

@test "fish offers commands, options and values" {
	importtrace completion fish >"$T/c.fish"
	export HOME=$T
	fish -c "source $T/c.fish; complete -C 'importtrace pru'" | grep -q '^prune'
	fish -c "source $T/c.fish; complete -C 'importtrace prune --saf'" | grep -q '^--safety'
	fish -c "source $T/c.fish; complete -C 'importtrace prune --safety clo'" | grep -q '^closure'
}

@test "zsh offers commands, options and values" {
	importtrace completion zsh >"$T/_importtrace"
	typed() { python3 "$BATS_TEST_DIRNAME/zsh_typed.py" "$T" "$1"; }
	[[ "$(typed 'importtrace pru')" == *"importtrace prune "* ]]
	[[ "$(typed 'importtrace prune --saf')" == *"--safety"* ]]
	[[ "$(typed 'importtrace prune --safety clo')" == *"closure"* ]]
}

@test "every command and every option of its --help is offered by all three" {
	importtrace completion zsh >"$T/zsh"
	importtrace completion fish >"$T/fish"
	n=0
	for c in $(commands); do
		bash_completes importtrace "$c" - >"$T/bash"
		for o in $(importtrace "$c" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
			grep -qx -- "$o" "$T/bash" || { echo "bash: $c $o"; false; }
			sed -n "/^\t$c)/,/;;/p" "$T/zsh" | grep -q -- "$o" || { echo "zsh: $c $o"; false; }
			grep -q -- "from $c' -l ${o#--} " "$T/fish" || grep -q -- "from $c' -l ${o#--}\$" "$T/fish" ||
				{ echo "fish: $c $o"; false; }
			n=$((n + 1))
		done
	done
	[ "$n" -gt 20 ]
}

@test "another shell is refused" {
	run --separate-stderr importtrace completion tcsh
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"bash, zsh or fish"* ]]
}
