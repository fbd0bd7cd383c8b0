#!/usr/bin/env bats
# The examples do what they say: their shell steps are taken out and run, on a package from PyPI.
# `gh`, which needs GitHub, is one that notes how it was called.

bats_require_minimum_version 1.5.0

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	cd "$T"
	echo 'six==1.16.0' >requirements.txt
	printf 'import six\nprint(six.moves.urllib.parse.quote("a b"))\n' >smoke.py
	export GITHUB_STEP_SUMMARY=$T/summary PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
}

teardown() {
	rm -rf "$T"
}

# steps FILE INPUT=VALUE…: runs the steps one after the other, as `bash -eo pipefail` each.
steps() {
	/usr/bin/python3 "$repo/tests/e2e/example_steps.py" "$@" >steps.json
	/usr/bin/python3 - <<-'PY'
	import json, os, subprocess, sys
	for step in json.load(open("steps.json")):
	    wanted = os.environ.get("STEPS")
	    if step["name"] not in wanted.split() if wanted else step["name"] in ("install", "comment"):
	        continue
	    print("##", step["name"], flush=True)
	    code = subprocess.run(["bash", "-eo", "pipefail", "-c", step["run"]], env={**os.environ, **step["env"]}).returncode
	    if code:
	        sys.exit(code)
	PY
}

install_packages() {
	python3 -m pip install --quiet --target build/python -r requirements.txt
}

@test "the action records, prunes and checks; the workflow's inputs are the action's" {
	/usr/bin/python3 "$repo/tests/e2e/example_steps.py" --inputs "$repo/examples/github-workflow.yml" "$repo/action.yml" >with.json
	mapfile -t inputs < <(python3 -c 'import json; print(*(f"{k}={v}" for k, v in json.load(open("with.json")).items()), sep="\n")')
	install_packages
	# Once without a baseline, to make it; then as in every pull request.
	steps "$repo/action.yml" "${inputs[@]}" baseline=
	importtrace check layer.zip --baseline layer.baseline --update --limits lambda
	: >summary
	echo 'smoke: PYTHONPATH=build/python python3 smoke.py' >uses
	run steps "$repo/action.yml" "${inputs[@]}" verify=uses
	[ "$status" -eq 0 ]
	[[ "$output" == *"layer.zip: passed: 1 of 1 command"* ]]
	grep -q "layer.zip" summary
	# What a layer lacks fails the step.
	echo "other: PYTHONPATH=build/python python3 -c 'import six, os; os.stat(\"build/python/bin\")' || false" >uses
	mkdir -p build/python/bin
	run steps "$repo/action.yml" "${inputs[@]}" verify=uses
	[ "$status" -eq 1 ]
	[[ "$output" == *"python/bin: looked up in vain"* ]]
	# A layer that grows fails the check, and says so where GitHub shows it.
	sed -i 's/^\(package six.* bytes=\)[0-9]*/\11/' layer.baseline
	run steps "$repo/action.yml" "${inputs[@]}"
	[ "$status" -eq 1 ]
	[[ "$output" == *"::error"* || "$output" == *"::warning"* ]]
}

@test "the action comments on the pull request, once and again" {
	mkdir fake
	cat >fake/gh <<-'SH'
		#!/bin/sh
		while [ $# -gt 0 ]; do
			echo "$1"
			[ "$1" != --body-file ] || cp "$2" "$GH_BODY"
			shift
		done >"$GH_CALL"
	SH
	chmod +x fake/gh
	install_packages
	STEPS="record prune check" steps "$repo/action.yml" command='PYTHONPATH=build/python python3 smoke.py' \
		root=build/python=python
	grep -q '^### importtrace check: layer.zip' summary
	PATH=$T/fake:$PATH GH_CALL=$T/call GH_BODY=$T/body STEPS=comment steps "$repo/action.yml" command=true
	diff call - <<-'WORDS'
		pr
		comment
		${{ github.event.pull_request.number }}
		--edit-last
		--create-if-none
		--body-file
		importtrace-comment.md
	WORDS
	cmp body importtrace-comment.md
	# None is left to be sent when the check could not be done.
	rm importtrace-comment.md layer.zip && : >layer.zip
	run env STEPS=check /bin/bash -c "$(declare -f steps); repo=$repo; steps $repo/action.yml command=true"
	[ "$status" -eq 2 ] && [ ! -e importtrace-comment.md ]
}

@test "the action installs the program where there is none" {
	mkdir action bin
	# The sources with their times and what is built of them: make finds nothing to do.
	(cd "$repo" && git ls-files -z | tar -c --null -T - | tar -x -C "$T/action")
	mkdir action/build
	cp -a "$BUILD"/{importtrace,libimporttrace.a,obj,record.bpf.o,record.skel.h,report.html} action/build/
	[ ! -e "$BUILD/man" ] || cp -a "$BUILD/man" action/build/
	printf '#!/bin/sh\nexec "$@"\n' >bin/sudo && chmod +x bin/sudo
	[ "$(id -u)" -eq 0 ] || skip "installing Debian packages needs root"
	export PREFIX=$T/prefix ACTION_PATH=$T/action
	STEPS=install PATH=$T/bin:/usr/sbin:/usr/bin:/sbin:/bin steps "$repo/action.yml" command=true \
		"action_path=$T/action"
	[ "$("$PREFIX/bin/importtrace" --version)" = "$(importtrace --version)" ]
	# Where it is there already, nothing is done.
	rm -r prefix
	STEPS=install steps "$repo/action.yml" command=true "action_path=/nonexistent"
	[ ! -e prefix ]
}

@test "the action's shell passes shellcheck" {
	/usr/bin/python3 "$repo/tests/e2e/example_steps.py" "$repo/action.yml" command=true >steps.json
	/usr/bin/python3 - <<-'PY'
	import json, subprocess
	for step in json.load(open("steps.json")):
	    subprocess.run(["shellcheck", "-s", "bash", "-"], input="set -eo pipefail\n" + step["run"], text=True, check=True)
	PY
}

@test "the GitLab job makes a code quality report" {
	install_packages
	PYTHONPATH=build/python importtrace record -q -- python3 smoke.py
	importtrace prune -q --keep trace.json --root build/python=python
	importtrace check layer.zip --baseline layer.baseline --update
	rm layer.zip trace.json
	steps "$repo/examples/gitlab-ci.yml"
	python3 -c 'import json; assert isinstance(json.load(open("gl-code-quality.json")), list)'
}

@test "the pre-commit hook passes on the baseline's layer and fails on another" {
	install_packages
	PYTHONPATH=build/python importtrace record -q -- python3 smoke.py
	importtrace prune -q --keep trace.json --root build/python=python
	importtrace check layer.zip --baseline layer.baseline --update
	git init -q . && cp "$repo/examples/pre-commit-config.yaml" .pre-commit-config.yaml
	git add .pre-commit-config.yaml layer.zip layer.baseline
	export HOME=$T PRE_COMMIT_HOME=$T/pc
	/usr/bin/pre-commit run --all-files
	sed -i 's/^\(package six.* bytes=\)[0-9]*/\11/' layer.baseline
	git add layer.baseline
	run /usr/bin/pre-commit run --all-files
	[ "$status" -ne 0 ]
}

@test "the Makefile recipe builds, checks and updates" {
	cp "$repo/examples/layer.mk" Makefile
	make update-baseline
	make check-layer
	make verify-layer
	grep -q '^package six ' layer.baseline
}
