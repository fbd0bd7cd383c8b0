#!/usr/bin/env bats
# verify, end to end: what was removed is found by every route, and repaired.

bats_require_minimum_version 1.5.0
load pythons

setup() {
	[ "$(id -u)" -eq 0 ] || skip "verify needs root here"
	setup_tree
	mkdir tmp
	export TMPDIR=$T/tmp PYTHONPATH=$T/python PYTHONDONTWRITEBYTECODE=1
	cp -R "$repo/probes/small_layer/python" python
	importtrace record -q -- "$python" -S smoke.py >/dev/null
	importtrace prune --safety trace --keep trace.json -q
	cp layer.zip pruned.zip
	find python -type f | sort | xargs sha256sum >untouched
}

# clean: nothing mounted, nothing left behind, the original as it was.
clean() {
	[ -z "$(ls -A "$TMPDIR")" ]
	[ "$(grep -c "$T" /proc/self/mountinfo)" -eq 0 ]
	find python -type f | sort | xargs sha256sum | cmp - untouched
}

# misses PATH PYTHON-ARGUMENT…: verify fails and names the path, and says how it knows (by a look-up
# unless `how` says otherwise); repaired, it passes.
misses() {
	local path=$1 exe=${interpreter:-$python}
	shift
	cp pruned.zip layer.zip
	run importtrace verify --root python -- "$exe" -S "$@"
	[ "$status" -eq 1 ] || { echo "exit $status: $output"; false; }
	grep -q "^    $path: .*${how:-looked up in vain}" <<<"$output" || { echo "$output"; false; }
	run importtrace verify --root python --repair -- "$exe" -S "$@"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	unzip -l layer.zip | grep -q " $path"
	run importtrace verify --root python -- "$exe" -S "$@"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	clean
}

@test "what the layer was recorded with passes" {
	run importtrace verify --same-output -- "$python" -S smoke.py
	[ "$status" -eq 0 ]
	[[ "$output" == *"passed: 1 of 1 command"* ]]
	clean
}

@test "an import that the program swallows, on every Python of this machine" {
	local version exe n=0
	while read -r version exe; do
		importtrace record -q -- "$exe" -S smoke.py >/dev/null
		importtrace prune --safety trace --keep trace.json -q -o pruned.zip
		interpreter=$exe misses python/alpha/unused.py -c "
try:
    import alpha.unused
except ImportError:
    pass" || { echo "Python $version"; false; }
		n=$((n + 1))
	done < <(pythons)
	echo "# $n interpreters" >&3
	[ "$n" -ge 1 ]
}

@test "find_spec, importlib, pkgutil, -I and -S, a subprocess, a thread" {
	misses python/alpha/unused.py -c "import importlib.util as u, alpha; u.find_spec('alpha.unused')"
	misses python/alpha/unused.py -c "
import importlib
try: importlib.import_module('alpha.unused')
except ImportError: pass"
	misses python/alpha/unused.py -I -c "
import sys; sys.path.insert(0, '$T/python')
try: from alpha import unused
except ImportError: pass"
	misses python/alpha/unused.py -c "
import subprocess, sys
subprocess.run([sys.executable, '-S', '-c', 'import alpha.unused'], stderr=subprocess.DEVNULL)"
	misses python/alpha/unused.py -c "
import threading
def f():
    try: import alpha.unused
    except ImportError: pass
t = threading.Thread(target=f); t.start(); t.join()"
}

@test "a data file that is opened, stat'ed or looked for" {
	misses python/alpha/data/unused.txt -c "
import alpha, os
try: open(os.path.dirname(alpha.__file__) + '/data/unused.txt')
except OSError: pass"
	misses python/alpha/data/unused.txt -c "
import alpha, os; os.path.exists(os.path.dirname(alpha.__file__) + '/data/unused.txt')"
	misses python/alpha/data/unused.txt -c "
import alpha, pkgutil
try: pkgutil.get_data('alpha', 'data/unused.txt')
except OSError: pass"
}

@test "what is found by listing a directory and never asked for on the layer" {
	how="used by the original, never reached on the layer" misses python/alpha/unused.py -c "
import alpha, os, importlib
for name in sorted(os.listdir(os.path.dirname(alpha.__file__))):
    if name.endswith('.py') and name != '__init__.py':
        importlib.import_module('alpha.' + name[:-3])"
	run importtrace verify pruned.zip -- "$python" -S -c "
import alpha, os, importlib
for name in sorted(os.listdir(os.path.dirname(alpha.__file__))):
    if name == 'unused.py':
        importlib.import_module('alpha.unused')"
	[ "$status" -eq 1 ]
	[[ "$output" == *"unused.py: module alpha.unused, used by the original, never reached on the layer"* ]]
}

@test "a package that is gone as a whole comes back with its metadata" {
	unzip -q pruned.zip -d small && rm -rf small/python/beta*
	(cd small && zip -qr ../pruned.zip . && cd .. && rm pruned.zip && cd small && zip -qrD ../pruned.zip .)
	misses python/beta/__init__.py -c "import beta"
	unzip -l layer.zip | grep -q beta-2.1.dist-info/METADATA
	unzip -p layer.zip python/beta-2.1.dist-info/RECORD | grep -q '^beta/__init__.py,sha256='
}

@test "a virtual environment" {
	unset PYTHONPATH
	"$python" -m venv --without-pip env
	site=env/lib/python$version/site-packages
	cp -R python/. "$site"
	importtrace record -q -- env/bin/python smoke.py >/dev/null
	importtrace prune --safety trace --keep trace.json -q
	run importtrace verify -- env/bin/python -c "
try: import alpha.unused
except ImportError: pass"
	[ "$status" -eq 1 ]
	[[ "$output" == *"module alpha.unused, looked up in vain"* ]]
	run importtrace verify --repair -- env/bin/python -c "import alpha.unused"
	[ "$status" -eq 0 ]
	clean
}

@test "a Python whose standard library is a zip: all else is compared, and that is said" {
	mkdir -p "home/lib/python$version"
	library=$("$python" -c 'import os; print(os.path.dirname(os.__file__))')
	ln -s "$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("DESTSHARED"))')" \
		"home/lib/python$version/lib-dynload"
	"$python" - "$library" "home/lib/python${version/./}.zip" <<-'PY'
	import os, sys, zipfile
	top, out = sys.argv[1:]
	with zipfile.ZipFile(out, "w") as z:
	    for name in os.listdir(top):
	        for folder, _, files in ([(top, [], [name])] if name.endswith(".py") else
	                                 os.walk(os.path.join(top, name)) if name in ("encodings", "collections", "importlib", "re", "urllib") else []):
	            for f in files:
	                if f.endswith(".py"):
	                    path = os.path.join(folder, f)
	                    z.write(path, os.path.relpath(path, top))
	PY
	export PYTHONHOME=$T/home
	run importtrace verify -- "$python" -S -c "import alpha, encodings; assert '.zip' in encodings.__file__"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" != *"fails on the original"* ]]
	[[ "$output" == *"has no encodings/ directory on disk, so imports that fail and are swallowed could not be seen"* ]]
}

@test "another exit code; the last line of standard error is shown" {
	run importtrace verify -- "$python" -S -c "import alpha.unused"
	[ "$status" -eq 1 ]
	[[ "$output" == *"exit code 1, on the original 0"* ]]
	[[ "$output" == *"ModuleNotFoundError: No module named 'alpha.unused'"* ]]
	# Nothing is missed: the layer is read-only, and the program's answer is that.
	run importtrace verify -- "$python" -S -c "
import alpha, os, sys; sys.exit(3 * (not os.access(os.path.dirname(alpha.__file__), os.W_OK)))"
	[ "$status" -eq 1 ]
	[[ "$output" == *"exit code 3, on the original 0"* && "$output" != *missed:* ]]
}

@test "--same-output: the first line that differs" {
	run importtrace verify --same-output -- "$python" -S -c "
import alpha
print('same')
try:
    import alpha.unused
    print('full')
except ImportError:
    print('fallback')"
	[ "$status" -eq 1 ]
	[[ "$output" == *"standard output differs, first in line 2:"*"original: full"*"layer:    fallback"* ]]
}

@test "the repaired layer is what prune makes of all traces, and the same bytes each time" {
	cat >work.py <<-'PY'
	import alpha, os, alpha.unused
	open(os.path.dirname(alpha.__file__) + "/data/unused.txt").close()
	PY
	importtrace verify -q --repair -- "$python" -S work.py
	mv layer.zip once.zip
	cp pruned.zip layer.zip
	importtrace verify -q --repair -- "$python" -S work.py
	cmp layer.zip once.zip
	importtrace record -q -o more.json -- "$python" -S work.py
	importtrace prune --safety trace --keep trace.json --keep more.json -q -o both.zip
	cmp layer.zip both.zip
	importtrace verify -q --repair -- "$python" -S work.py
	cmp layer.zip once.zip
}

@test "a repair that gets nowhere ends, with exit 1" {
	run importtrace verify --repair --same-output -- "$python" -S -c "
import alpha, os
print(sorted(os.listdir(os.path.dirname(alpha.__file__))))"
	[ "$status" -eq 1 ]
	[[ "$output" == *"standard output differs"* ]]
	[[ "$output" == *"it listed directories that hold less than the original's:"*"python/alpha: 3 of 5 names"* ]]
	cmp layer.zip pruned.zip
	clean
}

@test "--matrix: a table, and one repair for all; -o leaves the layer alone" {
	cat >m <<-EOF
	# what must work
	smoke: '$python' -S smoke.py
	unused: '$python' -S -c 'import alpha.unused'
	EOF
	echo "data: '$python' -S -c 'import alpha, os; os.stat(os.path.dirname(alpha.__file__) + \"/data/unused.txt\")'" >>m
	run importtrace verify --matrix m
	[ "$status" -eq 1 ]
	[[ "$output" == *"smoke "*pass*"unused "*FAIL*"data "*FAIL* ]]
	run importtrace verify --repair -o repaired.zip --matrix m
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	cmp layer.zip pruned.zip
	run importtrace verify repaired.zip --matrix m
	[ "$status" -eq 0 ]
	importtrace verify repaired.zip --matrix m --json | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["passed"] and [c["name"] for c in r["commands"]] == ["smoke", "unused", "data"], r'
}

@test "the lists beside a repaired layer: what was added and why, and what is still removed" {
	printf 'path\tbytes\treason\twhy\nold.txt\t1\trepaired\tbefore\n' >layer.repaired.tsv
	grep -q unused.py layer.removed.tsv
	grep -q unused.txt layer.removed.tsv
	importtrace verify -q --repair -- "$python" -S -c "import alpha.unused"
	head -1 layer.repaired.tsv | grep -q "^path.bytes.reason.why$"
	grep -qP '^old.txt\t1\trepaired\tbefore$' layer.repaired.tsv
	grep -qP '^python/alpha/unused.py\t67\trepaired\tmissed by a run on the layer \(.*import alpha.unused\)$' \
		layer.repaired.tsv
	[ "$(grep -c unused.py layer.removed.tsv)" -eq 0 ]
	grep -q unused.txt layer.removed.tsv
	importtrace verify -q --repair -o sub.zip -- "$python" -S -c "
import alpha, os; os.stat(os.path.dirname(alpha.__file__) + '/data/unused.txt')"
	grep -q unused.txt layer.removed.tsv
	[ "$(grep -c unused.txt sub.removed.tsv)" -eq 0 ]
	[ "$(cut -f1 sub.repaired.tsv | tail -n +2 | grep -c unused)" -ge 2 ]
	importtrace prune --safety trace --keep trace.json -q
	[ ! -e layer.repaired.tsv ]
}

@test "what was repaired stays told: by the manifest, by explain and by a later prune" {
	importtrace prune --safety trace --keep trace.json -q --manifest m.json
	printf 'smoke: %s -S smoke.py\nunused: %s -S -c "import alpha.unused"\n' "$python" "$python" >m
	importtrace verify -q --repair --manifest m.json --matrix m
	python3 - <<-'PY'
	import json, zipfile
	m = json.load(open("m.json"))
	files = {f["path"]: f for f in m["files"]}
	infos = {i.filename.rstrip("/"): i for i in zipfile.ZipFile("layer.zip").infolist()}
	assert {p for p, f in files.items() if f["kept"]} == set(infos)
	for p, i in infos.items():
	    assert files[p]["bytes"] == i.file_size, (p, i.file_size, files[p])
	for kept, name in (True, "kept"), (False, "removed"):
	    of = [f for f in m["files"] if f["kept"] == kept and f["type"] != "dir"]
	    assert m[name] == {"files": len(of), "bytes": sum(f["bytes"] for f in of)}, name
	one = files["python/alpha/unused.py"]
	assert one["reason"] == "repaired" and "category" not in one, one
	assert "(unused: " in one["why"] and one["why"].endswith('-S -c "import alpha.unused")'), one
	PY
	run importtrace explain --safety trace --keep trace.json --repaired layer.repaired.tsv alpha/unused.py
	line=$(grep -n 'alpha/unused.py.*repaired' layer.repaired.tsv | cut -d: -f1)
	[[ "$output" == *"kept, as python/alpha/unused.py"*"repaired: missed by a run on the layer (unused: "*'import alpha.unused")'*"layer.repaired.tsv:$line"* ]] || { echo "$output"; false; }
	importtrace explain --safety trace --keep trace.json --repaired layer.repaired.tsv --json alpha/unused.py |
		python3 -c 'import json, sys; (f,) = json.load(sys.stdin); (c,) = f["chain"]; assert (c["reason"], c["list"]) == ("repaired", "layer.repaired.tsv"), c'
	# Without the option it is about the traces alone, and says so.
	run importtrace explain --safety trace --keep trace.json alpha/unused.py
	[[ "$output" == *": removed"*"but verify --repair added it to layer.zip: layer.repaired.tsv:$line"* ]]
	# The same layer, bytes and lists, from the traces and the list alone.
	importtrace prune --safety trace --keep trace.json --repaired layer.repaired.tsv -q --manifest n.json -o again.zip
	cmp layer.zip again.zip
	diff m.json n.json
	cmp layer.removed.tsv again.removed.tsv
	grep -P '\trepaired\t' layer.repaired.tsv | diff - <(tail -n +2 again.repaired.tsv)
	# In its own place too; and without the option it is another layer, which has no such list.
	importtrace prune --safety trace --keep trace.json --repaired layer.repaired.tsv -q
	cmp layer.zip again.zip && cmp layer.repaired.tsv again.repaired.tsv
	importtrace prune --keep trace.json --repaired layer.repaired.tsv -q --safety closure -o closure.zip
	unzip -l closure.zip | grep -q alpha/unused.py
	importtrace prune --safety trace --keep trace.json -q
	[ ! -e layer.repaired.tsv ]
	clean
}

@test "a layer that is a directory is repaired into another place, by rounds" {
	cat >work.py <<-'PY'
	import alpha, alpha.unused, os
	here = os.path.dirname(alpha.__file__)
	# The layer is read-only: that look-up is its own, and needs a second round.
	if not os.access(here, os.W_OK): os.stat(here + "/tests/test_core.py")
	PY
	mkdir small && (cd small && unzip -q ../layer.zip)
	run importtrace verify --repair small -- "$python" -S work.py
	[ "$status" -eq 2 ]
	[[ "$output" == *"-o"* ]]
	run importtrace verify --repair small -o out/ -- "$python" -S work.py
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" == *"in 2 rounds"* ]]
	[ -e out/python/alpha/unused.py ] && [ -e out/python/alpha/tests/test_core.py ]
	[ -z "$(find . -maxdepth 1 -name '.?*')" ]
	[ ! -e small/python/alpha/unused.py ]
	run importtrace verify out -- "$python" -S work.py
	[ "$status" -eq 0 ]
	clean
}

@test "a command that gives another answer each time gives none to compare with" {
	run importtrace verify --same-output -- "$python" -S -c "import alpha, os; print(1); print(os.getpid())"
	[ "$status" -eq 2 ]
	[[ "$output" == *"its output is another one each time, first in line 2"* ]]
	run importtrace verify -- "$python" -S -c "import alpha, os, sys; sys.exit(os.getpid() % 200 + 1)"
	[ "$status" -eq 2 ]
	[[ "$output" == *"and run again with"* ]]
}

@test "standard input is a file's, from the same place for both runs" {
	printf 'skip\nlayer\n' >in
	run bash -c 'read -r _ <&0; importtrace verify --same-output -- '"$python"' -S -c "
import alpha, sys; print(alpha.greet(sys.stdin.read()))" <in'
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	run importtrace verify --same-output -- "$python" -S -c "
import alpha, sys; assert sys.stdin.read() == ''" < <(echo from a pipe)
	[ "$status" -eq 0 ]
	[[ "$output" != *"fails on the original"* ]]
}

@test "a user with file capabilities: the command's own process mounts, in a user namespace" {
	mkdir -m 755 bin
	cp "$BUILD/importtrace" bin/ && setcap cap_bpf,cap_perfmon+ep bin/importtrace
	chmod 755 "$T" && chown -R nobody "$TMPDIR" layer.zip layer.removed.tsv && chown nobody "$T"
	as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
	program="
try: import alpha.unused
except ImportError: pass"
	if ! "${as_nobody[@]}" unshare -Um true; then
		run "${as_nobody[@]}" bin/importtrace verify -- "$python" -S -I -c "$program"
		[ "$status" -eq 2 ]
		return
	fi
	for options in "" "--root python"; do
		# shellcheck disable=SC2086
		run "${as_nobody[@]}" bin/importtrace verify $options -- "$python" -S -c "$program"
		[ "$status" -eq 1 ] || { echo "$output"; false; }
		[[ "$output" == *"module alpha.unused, looked up in vain"* ]]
	done
	run "${as_nobody[@]}" bin/importtrace verify -- "$python" -S -c "
import alpha, os
assert os.getuid() == $(id -u nobody) and not os.path.exists('$T/python/alpha/unused.py')"
	[ "$status" -eq 1 ]
	[[ "$output" == *"exit code 0, on the original 1"* ]]
	run "${as_nobody[@]}" bin/importtrace verify --repair -- "$python" -S -c "$program"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[ "$(stat -c %U layer.zip)" = nobody ]
	clean
}

@test "under sudo the commands run as the caller, and what is written is his" {
	chmod 755 "$T" && chown -R nobody python layer.zip
	rm layer.removed.tsv
	export SUDO_UID=65534 SUDO_GID=65534
	run importtrace verify --repair -o mine.zip -- "$python" -S -c "
import alpha.unused, os; assert os.getuid() == 65534"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" != *"fails on the original"* ]]
	[ "$(stat -c %u mine.zip mine.repaired.tsv | sort -u)" = 65534 ]
	run importtrace verify --as-root -- "$python" -S -c "import alpha, os; assert os.getuid() == 0"
	[ "$status" -eq 0 ]
	[[ "$output" != *"fails on the original"* ]]
}

# Kills verify while its command sleeps on the layer.
killed_by() {
	cat >nap.py <<-'PY'
	import alpha, os, time
	if not os.path.exists(os.path.dirname(alpha.__file__) + "/unused.py"):
	    print(os.getpid(), file=open("napping", "w"))
	    time.sleep(60)
	PY
	# A job of a script starts with SIGINT ignored.
	env --default-signal=INT importtrace verify -q -- "$python" -S nap.py 2>/dev/null &
	for _ in $(seq 200); do [ -s napping ] && break || sleep 0.05; done
	[ -s napping ]
	kill "-$1" $!
	code=0
	wait $! || code=$?
	for _ in $(seq 100); do [ -z "$(ls -A "$TMPDIR")" ] && break || sleep 0.05; done
	clean
}

@test "interrupted, it says so and leaves nothing behind" {
	for signal in TERM INT; do
		killed_by "$signal"
		[ "$code" -eq 2 ] || { echo "$signal: exit $code"; false; }
		rm napping
	done
}

@test "killed, it leaves nothing mounted and nothing in the temporary directory" {
	killed_by KILL
	[ "$code" -eq 137 ]
	# The command itself lives on, as with env(1) and strace(1): it sees the layer alone.
	kill -KILL "$(cat napping)"
}
