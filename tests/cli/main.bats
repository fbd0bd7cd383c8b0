#!/usr/bin/env bats
# The program's own help and mistakes.

@test "alone it says what to do first, exit 2" {
	run importtrace
	[ "$status" -eq 2 ]
	[[ "$output" == *"importtrace record -- python smoke.py"* ]]
}

@test "help and version go to stdout, exit 0" {
	for command in "" $(importtrace --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		run importtrace $command --help
		[ "$status" -eq 0 ]
		[ "$(echo "$output" | wc -l)" -le 45 ]
	done
	run importtrace --version
	[[ "$output" == "importtrace "* ]]
}

@test "an unknown command names the nearest" {
	run importtrace recrod
	[ "$status" -eq 2 ]
	[[ "$output" == *"did you mean 'record'?"* ]]
}

@test "output that cannot be written is a failure" {
	run bash -c 'importtrace --help >/dev/full'
	[ "$status" -ne 0 ]
	[[ "$output" == *"cannot write to standard output"* ]]
}

@test "doctor: this machine can record, or what to do" {
	run importtrace doctor
	if [ "$status" -eq 0 ]; then
		[[ "$output" == *"This machine can record."* ]]
	else
		[ "$status" -eq 2 ]
		[[ "$output" == *"To do: "* ]]
	fi
}

@test "help COMMAND is COMMAND --help; what is missing is said with what to do" {
	diff <(importtrace help check) <(importtrace check --help)
	run importtrace report gone.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *"cannot find gone.zip: No such file or directory; give a layer"* ]]
	run importtrace check gone.zip
	[[ "$output" == *"cannot find the layer gone.zip: No such file or directory; give the path"* ]]
	run importtrace compare one.zip
	[[ "$output" == *"give two of them"*"importtrace compare main.zip layer.zip"* ]]
	run importtrace report gone.zip --json --html
	[ "$status" -eq 2 ]
	[[ "$output" == *"one of --json, --ncdu and --html at a time"* ]]
	[ ! -e report.html ]
}
