#!/usr/bin/env bats
# Every command of docs/from-static-rules.md is run, in its order, on wheels made here (a pure one and
# one with a native library). `aws`, `serverless` and `sam` need an account: here they are programs
# that do on this machine what the real ones do before they upload, and note how they were called.

bats_require_minimum_version 1.5.0

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
}

teardown() {
	rm -rf "$T"
}

# The wheels of probes/small_layer, and one with a library that has symbols to strip.
wheels() {
	mkdir -p wheels native/native native/native-1.0.dist-info
	gcc -g -shared -fPIC -x c -o native/native/_n.so - <<<'int answer(void) { return 42; }'
	echo 'import ctypes; answer = ctypes.CDLL(__file__.replace("__init__.py", "_n.so")).answer()' \
		>native/native/__init__.py
	printf 'Metadata-Version: 2.1\nName: native\nVersion: 1.0\nLicense: MIT\n' \
		>native/native-1.0.dist-info/METADATA
	printf 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n' \
		>native/native-1.0.dist-info/WHEEL
	printf 'native/_n.so,,\nnative/__init__.py,,\nnative-1.0.dist-info/METADATA,,\nnative-1.0.dist-info/WHEEL,,\nnative-1.0.dist-info/RECORD,,\n' \
		>native/native-1.0.dist-info/RECORD
	(cd native && zip -q -r ../wheels/native-1.0-py3-none-any.whl .)
	cp -R "$repo/probes/small_layer/python" small
	(cd small && zip -q -r ../wheels/alpha-1.0-py3-none-any.whl alpha alpha-1.0.dist-info &&
		zip -q -r ../wheels/beta-2.1-py3-none-any.whl beta gamma_ns beta-2.1.dist-info)
	printf '%s\n' --no-index '--find-links wheels' alpha beta native >requirements.txt
	printf 'import alpha, beta, native\nassert native.answer == 42\nprint("works")\n' >smoke.py
}

# Other programs, as far as they can go without an account.
tools() {
	mkdir tools
	cat >tools/aws <<-'SH'
		#!/bin/sh
		echo "aws $*" >>"$CALLS"
		for a; do case $a in fileb://*) unzip -tq "${a#fileb://}" ;; esac; done
	SH
	cat >tools/serverless <<-'SH'
		#!/bin/sh
		echo "serverless $*" >>"$CALLS"
		unzip -tq "$(sed -n 's/^ *artifact: //p' serverless.yml)"
	SH
	cat >tools/sam <<-'SH'
		#!/bin/sh
		echo "sam $*" >>"$CALLS"
		[ "$1" != build ] || ARTIFACTS_DIR=$PWD/.aws-sam/build/Packages make build-Packages
	SH
	chmod +x tools/*
	export PATH=$PWD/tools:$PATH CALLS=$PWD/calls
}

# block N: the N-th shell block of the document, from 0; fails when there is none.
block() {
	awk -v want="$1" '/^```sh$/ {n++; on = 1; next} /^```$/ {on = 0}
		on && n == want + 1 {print; found = 1} END {exit !found}' "$repo/docs/from-static-rules.md"
}

@test "every command of the document does what it says" {
	cd "$T"
	wheels
	tools
	local n=0
	while block "$n" >block.sh; do
		echo "## block $n"
		cat block.sh
		bash -eu -o pipefail block.sh 2>&1 | tee "out$n"
		[ "${PIPESTATUS[0]}" -eq 0 ]
		n=$((n + 1))
	done
	[ "$n" -ge 15 ]

	# The layers: the same program works on the traced one alone.
	mkdir unpacked && unzip -q layer.zip -d unpacked
	PYTHONPATH=unpacked/python python3 -S smoke.py
	[ "$(stat -c %s unpacked/python/native/_n.so)" -lt "$(stat -c %s build/python/native/_n.so)" ]
	[ -e unpacked/python/alpha/data/unused.txt ] # the rules file kept it
	# What the old scripts printed is there.
	grep -q 'without tests' out*
	grep -q '% of 262.1 MB' out*
	grep -q 'LARGEST FILES' report.txt && grep -q '^TYPE' report.txt && grep -q '^PACKAGE' report.txt
	python3 -m json.tool report.json >/dev/null && python3 -m json.tool report.ncdu >/dev/null
	# What goes to AWS.
	diff - calls <<-'CALLS'
		aws lambda publish-layer-version --layer-name packages --zip-file fileb://layer.zip --compatible-runtimes python3.11
		serverless deploy
		sam build
		sam deploy
	CALLS
	PYTHONPATH=.aws-sam/build/Packages/python python3 -S smoke.py
	/usr/bin/python3 - <<-'PY'
		import yaml
		class Loader(yaml.SafeLoader): pass
		Loader.add_constructor("!Ref", lambda loader, node: node.value)
		for f in "serverless.yml", "template.yaml":
		    assert isinstance(yaml.load(open(f), Loader), dict)
	PY
}

@test "every command of the table is one of the document's" {
	cd "$T"
	local word
	# shellcheck disable=SC2016 # backquotes of Markdown
	sed -n '/^| old/,/^$/p' "$repo/docs/from-static-rules.md" |
		grep -o '`importtrace [^`]*`' | tr -d '`' >commands
	[ "$(wc -l <commands)" -ge 8 ]
	for n in $(seq 0 30); do block "$n" || break; done >all
	while read -r line; do
		# The command and each of its options and words.
		for word in $line; do
			grep -qF -- "$word" all || { echo "$line: $word"; false; }
		done
	done <commands
}
