"""The shell steps of an example, as JSON: [{"name", "run", "env"}], with inputs filled in.

    /usr/bin/python3 example_steps.py action.yml INPUT=VALUE…
    /usr/bin/python3 example_steps.py examples/gitlab-ci.yml
    /usr/bin/python3 example_steps.py --inputs examples/github-workflow.yml action.yml
"""
import json
import re
import sys

import yaml


def load(path):
    with open(path, encoding="utf-8") as f:
        return yaml.safe_load(f)


def action_steps(action, given):
    inputs = {name: str(spec.get("default", "")) for name, spec in action["inputs"].items()}
    place = given.pop("action_path", None)  # GitHub's own, not an input
    for name, value in given.items():
        assert name in inputs, f"the action has no input {name}"
        inputs[name] = value
    missing = [n for n, s in action["inputs"].items() if s.get("required") and not inputs[n]]
    assert not missing, missing

    def fill(text):
        if place and text == "${{ github.action_path }}":
            return place
        return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda m: inputs[m.group(1)], text)
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash" and "${{" not in step["run"], step
        env = {k: fill(v) for k, v in step.get("env", {}).items()}
        yield {"name": step["name"], "run": step["run"], "env": env}


def main():
    if sys.argv[1] == "--inputs":
        workflow, action = load(sys.argv[2]), load(sys.argv[3])
        steps = workflow["jobs"]["layer"]["steps"]
        uses = [s for s in steps if s.get("uses", "").startswith("importtrace/")]
        assert len(uses) == 1
        assert set(uses[0]["with"]) <= set(action["inputs"]), uses
        print(json.dumps(uses[0]["with"]))
        return
    doc = load(sys.argv[1])
    if "layer" in doc:
        print(json.dumps([{"name": s, "run": s, "env": {}} for s in doc["layer"]["script"]]))
    else:
        print(json.dumps(list(action_steps(doc, dict(a.split("=", 1) for a in sys.argv[2:])))))


main()
