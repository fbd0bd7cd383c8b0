#!/usr/bin/env bats
# The examples do what they say: their shell steps are taken out and run, on a package from PyPI.
# Not run here: `gh pr comment`, which needs GitHub, and what installs the program.

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
	    if step["name"] in ("install", "comment"):
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
