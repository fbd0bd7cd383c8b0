#!/usr/bin/env bats
# The HTML page in a real browser. PICTURES=DIR keeps the screenshots.

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd -P)
	pictures=${PICTURES:-$T}
	mkdir -p "$pictures"
	cp -R "$repo/probes/small_layer/python" "$T/python"
	sed "s|@ROOT@|$T/python|g" "$repo/probes/small_layer/trace.json.in" >"$T/trace.json"
	cd "$T"
}

teardown() {
	rm -rf "$T"
}

# browse PAGE CHECK…
browse() {
	local page=$1
	shift
	/usr/bin/python3 "$repo/tests/view/browser.py" "$page" "$pictures" "$@"
}

@test "the page fits two widths, and mouse, search, keyboard and sorting do what they say" {
	head -c 100000 /dev/zero >python/alpha/data/large.bin
	importtrace report trace.json --safety trace --html -o page.html
	browse page.html pictures clicks filters searches keys sorts choices offline
}

@test "20,000 files are drawn within two seconds" {
	/usr/bin/python3 - <<-'PY'
	import os
	for i in range(20000):
	    d = f"big/p{i % 50}/d{i % 700}"
	    os.makedirs(d, exist_ok=True)
	    with open(f"{d}/file_{i}.py", "w") as f:
	        f.truncate(i * 37 % 90001 + 1)
	PY
	importtrace report big --html -o page.html
	browse page.html quick
}

@test "names that look like markup stay text" {
	mkdir -p 'evil/<b>x' 'evil/<'
	echo 1 >'evil/<b>x/<img src=x onerror=window.hacked=1>.py'
	echo 1 >'evil/</script><script>window.hacked=1<'
	echo 1 >"evil/$(printf 'not\377utf8')"
	importtrace report evil --html -o page.html
	importtrace report python --html -o plain.html
	[ "$(grep -c '</script>' page.html)" -eq "$(grep -c '</script>' plain.html)" ]
	browse page.html hostile
}
