#!/usr/bin/env bats
# verify: what it says when it cannot verify. (What it finds: tests/e2e/verify.bats.)

bats_require_minimum_version 1.5.0
load small_layer

setup() {
	[ "$(id -u)" -eq 0 ] || skip "verify needs root here"
	small_layer
	importtrace prune --safety trace --keep trace.json -q
	mkdir tmp
	export TMPDIR=$T/tmp
}

# cannot WORD… -- TEXT…: verify WORD… ends with 2, and says each TEXT.
cannot() {
	local words=()
	while [ "$1" != == ]; do words+=("$1") && shift; done
	shift
	run --separate-stderr importtrace verify "${words[@]}"
	[ "$status" -eq 2 ] || { echo "exit $status: $stderr"; false; }
	[ -z "$output" ]
	for text; do
		# shellcheck disable=SC2154
		[[ "$stderr" == *"$text"* ]] || { echo "$stderr"; false; }
	done
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "no command, two kinds of commands, an output without a repair" {
	cannot == "no command given" "importtrace verify layer.zip -- python smoke.py"
	cannot layer.zip == "no command given"
	cannot --matrix m layer.zip -- true == "--matrix names the commands"
	cannot -o x.zip -- true == "-o is where the layer of --repair goes"
	cannot --repare -- true == "unknown option --repare; did you mean --repair?"
}

@test "a layer that is missing, damaged or none" {
	cannot no.zip -- true == "cannot read the layer no.zip" "No such file"
	head -c 900 layer.zip >cut.zip
	cannot cut.zip -- true == "cannot read the layer cut.zip"
	echo hello >text.zip
	cannot text.zip -- true == "cannot read the layer text.zip"
}

@test "a layer whose content is damaged" {
	python3 - <<-'PY'
	import zipfile
	i = [i for i in zipfile.ZipFile("layer.zip").infolist() if i.filename.endswith("alpha/core.py")][0]
	data = bytearray(open("layer.zip", "rb").read())
	at = i.header_offset + 30 + len(i.filename.encode()) + i.compress_size // 2
	data[at] ^= 0xff
	open("damaged.zip", "wb").write(data)
	PY
	cannot damaged.zip --root python -- true == "alpha/core.py"
}

@test "a command that is not there or cannot be executed" {
	cannot --root python -- no-such-command == "cannot run 'no-such-command'"
	touch plain
	cannot --root python -- ./plain == "cannot run './plain'"
}

@test "a root that is missing, that the layer has not, or that the run did not use" {
	cannot --root nowhere -- true == "cannot find the root nowhere"
	mkdir other && touch other/x
	cannot --root other=elsewhere -- true == "the layer has nothing below elsewhere" "--root"
	cannot -- true == "used no site directory" "--root DIR"
}

@test "a matrix that is missing, empty, doubled or no text" {
	cannot --matrix none == "none" "No such file"
	printf '# nothing\n\n' >m
	cannot --matrix m == "m names no command"
	printf 'a: true\n# x\na: false\n' >m
	cannot --matrix m == "m:3: there is a 'a' already, in line 1"
	printf 'a: true\nb: \n' >m
	cannot --matrix m == "m:2: 'b' has no command"
	printf 'a: tr\0ue\n' >m
	cannot --matrix m == "m is no list of commands"
}

@test "without the right to mount and without user namespaces: by paths, or a refusal" {
	no_mounts=(python3 "$BATS_TEST_DIRNAME/../bpf/seccomp.py" --no unshare)
	export PYTHONPATH=$T/python PYTHONDONTWRITEBYTECODE=1
	"${no_mounts[@]}" true
	run "${no_mounts[@]}" importtrace verify -- python3 -S -c "import alpha"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" == *"without the right to mount, imports that fail and are swallowed could not be seen"* ]]
	run "${no_mounts[@]}" importtrace verify -- python3 -S -c "
import alpha, os; os.path.exists(os.path.dirname(alpha.__file__) + '/data/unused.txt')"
	[ "$status" -eq 1 ]
	[[ "$output" == *"python/alpha/data/unused.txt: looked up in vain"* ]]
	run "${no_mounts[@]}" importtrace verify -- python3 -S -c "import alpha; open('$T/python/alpha/unused.py')"
	[ "$status" -eq 2 ]
	[[ "$output" == *"the command reached the original at $T/python/alpha/unused.py"*"run verify as root"* ]]
	run env -u PYTHONPATH "${no_mounts[@]}" importtrace verify -- python3 -S -c "
import sys; sys.path.insert(0, '$T/python'); import alpha"
	[ "$status" -eq 2 ]
	[[ "$output" == *"$T/python is not on it"* ]]
}

@test "the current directory is inside the tree, and the layer has it not" {
	mkdir -p python/only/here && cd python/only/here
	cannot "$T/layer.zip" --root "$T/python" -- true == "is not in the layer"
}

@test "a repaired layer that cannot be written" {
	PYTHONPATH=$T/python cannot layer.zip --root python --repair -o no/such/dir/x.zip -- \
		python3 -S -c 'import alpha.unused' == "no/such/dir"
}

@test "a manifest that is missing, none, or of another layer" {
	cannot --manifest m.json layer.zip -- true == "--manifest is for --repair"
	cannot --repair --manifest none.json --root python -- true == none.json "No such file"
	echo '{"schema": "importtrace/trace"}' >m.json
	cannot --repair --manifest m.json --root python -- true == "m.json is no manifest that prune --manifest wrote"
	echo '{' >m.json
	cannot --repair --manifest m.json --root python -- true == "m.json"
	importtrace prune --safety all --root python=python -q --manifest m.json -n
	cannot --repair --manifest m.json --root python -- true == "m.json is not the manifest of this layer: it keeps python/alpha"
}
