#!/usr/bin/env bats
# Sources that are none: kept and named, in bounded time and memory. (Trees: hostile_tree.bats.)

load small_layer

bats_require_minimum_version 1.5.0

setup() {
	small_layer
}

@test "sources that are none, or huge: kept, what they show is followed, and time and memory are bounded" {
	python3 - <<-'PY'
	d = "python/alpha/"
	bad = {
	    "syntax": b'def f(:\n  """x\n',
	    "latin": b'x = "\xe9"\nimport alpha.after_latin\n',
	    "nul": b"x = 1\0\n",
	    "deep": b"x = " + b"(" * 10000 + b")" * 10000 + b"\n",
	    "huge": b"import alpha.by_huge\n" + b"x = [1, 2, 3]\n" * ((50 << 20) // 14),
	    "after_latin": b"", "by_huge": b"", "lastly": b"",
	}
	with open(d + "core.py", "a") as f:
	    f.write("import alpha.syntax, alpha.latin, alpha.nul, alpha.huge, alpha.deep, alpha.lastly\n")
	with open("python/alpha-1.0.dist-info/RECORD", "a") as f:
	    for name, text in bad.items():
	        open(d + name + ".py", "wb").write(text)
	        f.write(f"alpha/{name}.py,,\n")
	PY
	sed -i "/alpha\/core.py\"/s/\"size\": *[0-9]*/\"size\":$(stat -c %s python/alpha/core.py)/" trace.json
	run bash -c '[[ $BUILD == */asan ]] || ulimit -v 1000000
		timeout 60 importtrace prune --keep trace.json --root python=python --bytecode keep --manifest m.json'
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" == *"alpha/nul.py:1 is no Python source (it holds a NUL byte)"*"alpha/syntax.py:"*" is no Python source"* ]]
	for name in syntax latin nul deep huge after_latin by_huge lastly; do
		grep "\"python/alpha/$name.py\"" m.json | grep -q '"kept":true,"reason":"import"' || { echo "$name"; false; }
	done
}
