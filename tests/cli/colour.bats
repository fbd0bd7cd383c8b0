#!/usr/bin/env bats
# Colours: at a terminal (a pty of script(1)), and nowhere else; NO_COLOR is honoured.

bats_require_minimum_version 1.5.0

load small_layer

setup() {
	small_layer
	importtrace prune --keep trace.json --safety trace -q
	echo junk >python/alpha/x.py~
	export TERM=xterm
	unset NO_COLOR
	escape=$'\e['
}

# at_terminal COMMAND: what it prints when all of its output is a terminal.
at_terminal() {
	script -qec "$1" /dev/null </dev/null
}

@test "findings, verdict, bars, totals and errors are coloured at a terminal" {
	run at_terminal "importtrace check python --budget files=1"
	[ "$status" -eq 1 ]
	[[ "$output" == *"${escape}1;31merror"*"${escape}0mbudget-files"* ]]
	[[ "$output" == *"${escape}33mwarning"* ]]
	[[ "$output" == *"${escape}1;31mFAILED${escape}0m: 1 error"* ]]
	run at_terminal "importtrace check layer.zip"
	[[ "$output" == *"${escape}32mpassed${escape}0m"* ]]
	run at_terminal "importtrace report layer.zip"
	[[ "$output" == *"[${escape}32m"*"${escape}0m...."* && "$output" == *"${escape}1m12 files"* ]]
	run at_terminal "importtrace prune -v --keep trace.json"
	[[ "$output" == *"${escape}32m"* ]]
	run at_terminal "importtrace check gone.zip"
	[ "$status" -eq 2 ]
	[[ "$output" == "${escape}1;31mimporttrace check:${escape}0m cannot find"* ]]
	run at_terminal "importtrace check --format html"
	[ "$status" -eq 2 ]
	[[ "$output" == "${escape}1;31mimporttrace check:${escape}0m --format is"*"Try "* ]]
	run at_terminal "importtrace record --user"
	[ "$status" -eq 125 ]
	[[ "$output" == "${escape}1;31mimporttrace record:${escape}0m option '--user' requires"* ]]
	run at_terminal "importtrace chekc"
	[[ "$output" == "${escape}1;31mimporttrace:${escape}0m unknown command 'chekc'; did you mean 'check'?"* ]]
}

@test "what is coloured reads the same without the colours" {
	at_terminal "importtrace check python --budget files=1" | tr -d '\r' |
		sed 's/\x1b\[[0-9;]*m//g' >terminal || true
	importtrace check python --budget files=1 >pipe || true
	diff terminal pipe
	at_terminal "importtrace report layer.zip" | tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' >terminal
	importtrace report layer.zip >pipe
	diff terminal pipe
}

@test "a pipe, a file, NO_COLOR and a dumb terminal get plain text" {
	plain() { ! grep -q $'\e' <<<"$1" || { printf '%q\n' "$1"; false; }; }
	run importtrace check python --budget files=1
	plain "$output"
	run at_terminal "NO_COLOR=1 importtrace check python --budget files=1"
	plain "$output"
	run at_terminal "NO_COLOR=0 importtrace check gone.zip"
	plain "$output"
	run at_terminal "TERM=dumb importtrace check gone.zip"
	plain "$output"
	run at_terminal "importtrace check python --budget files=1 -o file; cat file; importtrace report layer.zip -o file; cat file"
	[[ "$output" == *FAILED* && "$output" == *"LARGEST FILES"* ]]
	plain "$output"
	# Only what goes to the terminal: messages do, results do not.
	run at_terminal "importtrace check gone.zip >/dev/null; importtrace check python --budget files=1 | cat"
	[[ "$output" == *"${escape}1;31mimporttrace check:"* && "$output" == *"error    budget-files"* ]]
}

@test "an empty NO_COLOR is none; formats for programs are never coloured" {
	run at_terminal "NO_COLOR= importtrace check gone.zip"
	[[ "$output" == "$escape"* ]]
	for f in json junit sarif github gitlab markdown; do
		run at_terminal "importtrace check python --budget files=1 --format $f"
		[[ "$output" != *$'\e'* ]]
	done
}

@test "a table fits a terminal by going on in the next line, and nothing else is folded" {
	long=$(printf 'x%.0s' {1..100})
	echo 1 >"python/alpha/$long.txt"
	at_terminal "stty cols 80; importtrace report python -o out.txt; importtrace report python" |
		tr -d '\r' | sed 's/\x1b\[[0-9;]*m//g' >terminal
	[ "$(wc -L <terminal)" -le 80 ]
	! grep -q "$long" terminal || false
	grep -q "$long" out.txt
	importtrace report python | grep -q "$long"
}
