#!/usr/bin/env bats
# prune: the reasons, the refusals, and wrong input – on the small layer and its carried trace.

load small_layer

setup() {
	small_layer
}

# refused MESSAGE ARG…: exit 2, the message, nothing on stdout, nothing written.
refused() {
	local message=$1 before after
	shift
	echo old >layer.zip
	before=$(find . | sort | sha256sum)
	run --separate-stderr importtrace prune "$@"
	after=$(find . | sort | sha256sum)
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	# shellcheck disable=SC2154
	[[ "$stderr" == *"$message"* ]]
	[ "$before" = "$after" ]
	[ "$(cat layer.zip)" = old ]
}

bats_require_minimum_version 1.5.0

names() {
	python3 -c 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\n")' "$1"
}

@test "the traced layer: what was touched, pairs, metadata, touched directories" {
	importtrace prune --keep trace.json --safety trace -q
	run names layer.zip
	[ "$output" = "python/alpha/
python/alpha-1.0.dist-info/METADATA
python/alpha-1.0.dist-info/RECORD
python/alpha-1.0.dist-info/WHEEL
python/alpha-1.0.dist-info/licenses/LICENSE
python/alpha/__init__.py
python/alpha/core.py
python/alpha/data/template.txt
python/beta-2.1.dist-info/METADATA
python/beta-2.1.dist-info/RECORD
python/beta-2.1.dist-info/WHEEL
python/beta/__init__.py
python/gamma_ns/
python/gamma_ns/plug/__init__.py" ]
}

@test "the default is closure: what kept code may use too, and not the tests and documents" {
	importtrace prune --keep trace.json --safety trace -q -o trace.zip
	importtrace prune --keep trace.json --safety closure -q -o closure.zip
	importtrace prune --keep trace.json -q
	cmp layer.zip closure.zip
	run diff <(names trace.zip | grep -v '/$') <(names layer.zip | grep -v '/$')
	[ "$(grep '^[<>]' <<<"$output")" = "> python/alpha/data/unused.txt
> python/alpha/unused.py" ]
}

@test "the layer works alone" {
	importtrace prune --keep trace.json -q
	python3 -m zipfile -e layer.zip out
	mv python gone
	PYTHONPATH=$T/out/python run python3 "$BATS_TEST_DIRNAME/../../probes/small_layer/smoke.py"
	[ "$output" = "The small layer works." ]
}

@test "RECORD lists what is kept, with its hashes" {
	importtrace prune --keep trace.json -q
	python3 -m zipfile -e layer.zip out
	run cat out/python/alpha-1.0.dist-info/RECORD
	[[ "$output" == *"alpha/core.py,sha256="* ]]
	[[ "$output" == *"alpha/unused.py,sha256="* && "$output" != *test_core* ]]
	[[ "$output" == *"alpha-1.0.dist-info/RECORD,,"* ]]
}

@test "the same bytes each time, whatever the time zone, umask, locale and threads" {
	importtrace prune --keep trace.json -q
	(
		umask 077
		find python -exec touch -d 2001-02-03 {} +
		TZ=Pacific/Kiritimati LC_ALL=C importtrace prune --keep trace.json -q -j 1 -o b.zip
	)
	TZ=America/Anchorage importtrace prune --keep trace.json -q -j 4 -o c.zip
	cmp layer.zip b.zip
	cmp layer.zip c.zip
	SOURCE_DATE_EPOCH=1700000000 importtrace prune --keep trace.json -q -o d.zip
	! cmp -s layer.zip d.zip || false
	unzip -tq d.zip
}

@test "modes are 0644 and 0755, times 1980, no extra fields" {
	chmod 600 python/alpha/core.py
	chmod 700 python/beta/__init__.py
	importtrace prune --keep trace.json -q
	python3 - <<-'PY'
	import zipfile
	for i in zipfile.ZipFile("layer.zip").infolist():
	    mode = i.external_attr >> 16
	    want = 0o40755 if i.is_dir() else 0o100755 if "beta/__init__" in i.filename else 0o100644
	    assert mode == want, (i.filename, oct(mode))
	    assert i.date_time == (1980, 1, 1, 0, 0, 0) and not i.extra, i
	PY
}

@test "a directory as output" {
	importtrace prune --keep trace.json -q -o small/
	[ -f small/python/alpha/core.py ]
	[ -d small/python/gamma_ns ]
	[ ! -e small/python/alpha/tests ]
	run importtrace prune --keep trace.json -q -o small/
	[ "$status" -eq 2 ]
	[[ "$output" == *"not an empty directory"* ]]
	[ -f small/python/alpha/core.py ]
}

@test "static needs no trace; all keeps everything" {
	importtrace prune --safety static --root python -q -o s.zip
	run names s.zip
	[[ "$output" != *tests* && "$output" != *dist-info* && "$output" == *unused.py* ]]
	importtrace prune --safety all --root python --json -o a.zip >a.json
	python3 -c 'import json; r = json.load(open("a.json")); assert r["kept"] == r["total"]'
}

@test "the prefix of a root" {
	importtrace prune --keep trace.json --root python=opt/x -q
	run names layer.zip
	[[ "$output" == opt/x/* ]]
	importtrace prune --keep trace.json --root python= -q
	run names layer.zip
	[[ "$output" == alpha/* ]]
}

@test "dry-run writes nothing; JSON adds up" {
	for level in static trace closure package all; do
		importtrace prune --keep trace.json --safety $level --dry-run --json >r.$level
	done
	[ ! -e layer.zip ]
	python3 - <<-'PY'
	import json
	files = {"static": 7, "trace": 12, "closure": 14, "package": 14, "all": 17}
	for level, kept in files.items():
	    r = json.load(open("r." + level))
	    assert (r["total"]["files"], r["kept"]["files"]) == (17, kept), (level, r["kept"])
	    for n in "files", "bytes":
	        assert sum(p[n] for p in r["packages"]) == r["total"][n], level
	        assert sum(p["kept_" + n] for p in r["packages"]) == r["kept"][n], level
	        assert sum(v[n] for v in r["reasons"].values()) == r["kept"][n], level
	    gone = {n: sum(v[n] for v in r["removed"].values()) for n in ("files", "bytes")}
	    assert gone["files"] == 17 - kept, level
	    # RECORD is shorter where it was rewritten: what it lost is neither kept nor removed.
	    lost = r["total"]["bytes"] - r["kept"]["bytes"] - gone["bytes"]
	    assert lost == 0 if level == "all" else 0 <= lost < 900, (level, lost)
	    assert level == "all" or r["removed"]["tests"]["files"] == 2, level
	PY
}

@test "refused: an incomplete trace" {
	sed -i 's/"complete": true/"complete": false/; s/"reasons": \[\]/"reasons": ["ring full"]/' trace.json
	refused "is not complete: ring full" --keep trace.json
	run importtrace prune --keep trace.json -q --force incomplete
	[ "$status" -eq 0 ]
	[[ "$output" == *warning* ]]
}

@test "refused: a traced command that failed" {
	sed -i 's/"exit_code": 0/"exit_code": 3/' trace.json
	refused "failed with exit code 3" --keep trace.json
	importtrace prune --keep trace.json -q --force failed
}

@test "refused: a tree that is not the traced one" {
	echo more >>python/alpha/core.py
	refused "python/alpha/core.py has " --keep trace.json
	rm python/alpha/core.py
	refused "core.py is missing" --keep trace.json
	importtrace prune --keep trace.json -q --force changed
}

@test "refused: a run that touched nothing under the root" {
	mkdir other && touch other/x.py
	refused "touched nothing under" --keep trace.json --root other
}

@test "wrong input: no such trace" { refused "No such file" --keep nope.json; }

@test "wrong input: not JSON, truncated, nested, another version" {
	echo hello >t && refused "not JSON" --keep t
	head -c 900 trace.json >t && refused "cut short" --keep t
	python3 -c 'print("[" * 100000)' >t && refused "nested too deeply" --keep t
	sed 's/"version": 1/"version": 99/' trace.json >t && refused "version 99" --keep t
	echo '{}' >t && refused "not a trace" --keep t
	: >t && refused "not JSON" --keep t
	sed 's/"dropped": 0/"dropped": 5/' trace.json >t && refused 'although "dropped" is lost' --keep t
	sed "s|$T/python/alpha/core.py|relative/core.py|" trace.json >t && refused "not a clean absolute path" --keep t
}

@test "wrong input: no file under any site directory" {
	rm -r python/*.dist-info
	refused "used no site directory" --keep trace.json
}

@test "wrong input: roots" {
	refused "cannot find the root nope" --keep trace.json --root nope
	touch file
	refused "is not a directory" --keep trace.json --root file
	refused "lies inside the root" --keep trace.json --root python --root python/alpha
	refused "leads out of the layer" --keep trace.json --root python=../x
}

@test "wrong input: outputs" {
	mkdir dir
	refused "is a directory" --keep trace.json -o dir
	refused "its directory" --keep trace.json -o no/such/l.zip
	refused "inside the root" --keep trace.json -o python/alpha/l.zip
}

@test "wrong input: a directory that may not be written" {
	[ "$(id -u)" -ne 0 ] || command -v setpriv
	mkdir locked && chmod 555 locked && chmod 755 "$T" && chmod -R go+rX .
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs \
			"$BUILD/importtrace" prune --keep trace.json -o locked/l.zip
	else
		run importtrace prune --keep trace.json -o locked/l.zip
	fi
	[ "$status" -eq 2 ]
	[[ "$output" == *"cannot write in directory locked"*"Permission denied"* ]]
}

@test "a full disk: a clear error, the old file stays" {
	[ "$(id -u)" -eq 0 ] || skip "mounting a small file system needs root"
	mkdir disk && mount -t tmpfs -o size=64k none disk
	echo old >disk/l.zip
	head -c 300000 /dev/urandom >python/alpha/data/template.txt
	run importtrace prune --keep trace.json --force changed -o disk/l.zip
	old=$(cat disk/l.zip) left=$(ls -A disk)
	umount disk
	[ "$status" -eq 2 ]
	[[ "$output" == *"No space left on device"* ]]
	[ "$old" = old ]
	[ "$left" = l.zip ]
}

@test "wrong usage: exit 2 and the nearest option" {
	refused "did you mean --keep?" --kepe trace.json
	refused "is 'static', 'trace'" --safety most
	refused "no trace given" --dry-run
	refused "not 'bananas'" --force bananas
	refused "is not wanted here" trace.json
}

@test "hostile RECORD, METADATA and symlinks: kept safe, bounded" {
	printf '../../../etc/passwd,,\n/etc/shadow,,\n"alpha/co""re.py,x\n"unfinished\n\n,,\nalpha/core.py,,\nalpha-1.0.dist-info/RECORD,,\n' \
		>python/alpha-1.0.dist-info/RECORD
	: >python/beta-2.1.dist-info/METADATA
	ln -s loop2 python/loop1 && ln -s loop1 python/loop2
	ln -s /etc/passwd python/outside
	importtrace prune --keep trace.json -q --force changed
	run names layer.zip
	[[ "$output" == *alpha/core.py* && "$output" != *passwd* && "$output" != *loop* ]]
	run python3 -c 'import zipfile; print(zipfile.ZipFile("layer.zip").read("python/alpha-1.0.dist-info/RECORD").decode())'
	[[ "$output" == *alpha/core.py* && "$output" != *etc* ]]
}

@test "symlinks on the way are kept as symlinks, with their targets" {
	mv python/beta python/beta_real && ln -s beta_real python/beta
	sed -i "s|{\"path\":\"$T/python/beta/__init__.py\",|{\"path\":\"$T/python/beta_real/__init__.py\",\"requested\":[\"$T/python/beta/__init__.py\"],|" trace.json
	importtrace prune --keep trace.json -q
	run unzip -Z layer.zip
	[[ "$output" == *lrwx*python/beta* ]]
	run names layer.zip
	[[ "$output" == *python/beta_real/__init__.py* ]]
}

@test "files used through symlinks that lead out of the tree: refused, each by its link" {
	mv python/beta elsewhere && ln -s "$T/elsewhere" python/beta
	sed -i "s|{\"path\":\"$T/python/beta/__init__.py\",|{\"path\":\"$T/elsewhere/__init__.py\",\"requested\":[\"$T/python/beta/__init__.py\"],|" trace.json
	python3 - <<-'PY'
	import json
	trace = json.load(open("trace.json"))
	trace["files"].sort(key=lambda f: f["path"].encode())
	json.dump(trace, open("trace.json", "w"))
	PY
	refused "through beta -> $T/elsewhere. The layer would not have them" --keep trace.json
	importtrace prune --keep trace.json -q --force links
	ln -s "$T/elsewhere" python/gamma && ln -s alpha python/delta
	importtrace prune --safety all --root python=python -o all.zip >said 2>&1
	[ "$(grep -c '^warning: .* is a symlink to ' said)" -eq 2 ]
	grep -q "^warning: gamma is a symlink to $T/elsewhere, which the layer does not have" said
	# An interpreter that a link leads to is no part of a layer.
	sed -i 's|\(elsewhere/__init__.py",[^]]*], "ops": \[\)|\1"exec", |' trace.json
	importtrace prune --keep trace.json -q
}

@test "bytecode and source are kept in pairs" {
	python3 -m compileall -q python
	sed -i "s|{\"path\":\"$T/python/beta/__init__.py\",.*|{\"path\":\"$T/python/beta/__pycache__/$(basename python/beta/__pycache__/*.pyc)\",\"ops\":[\"open\"],\"type\":\"file\",\"size\":$(stat -c %s python/beta/__pycache__/*.pyc),\"first_ns\":1,\"pid\":2},|" trace.json
	importtrace prune --keep trace.json -q
	run names layer.zip
	[[ "$output" == *python/beta/__init__.py* ]]
	[[ "$output" == *python/alpha/__pycache__/core.cpython* ]]
	[[ "$output" != *test_core.cpython* ]]
}

@test "what is in the zip is what is in the tree, whatever its size" {
	for k in 1 255 256 1000 1024 1025 3000 20000; do
		seq $((k * 150)) | head -c "${k}k" >"python/numbers.$k"
		head -c "${k}k" /dev/urandom >"python/noise.$k"
	done
	importtrace prune --safety all --root python=python -q -o all.zip --bytecode keep
	python3 - <<-'PY'
	import zipfile
	z = zipfile.ZipFile("all.zip")
	names = [n for n in z.namelist() if "/numbers." in n or "/noise." in n]
	assert len(names) == 16, names
	for name in names:
	    assert z.read(name) == open(name, "rb").read(), name
	PY
}

@test "bytecode that is never checked, of a source that has changed since: not shipped" {
	python3 -m compileall -q --invalidation-mode unchecked-hash python/alpha
	local pyc
	pyc=$(cd python && echo alpha/__pycache__/core.*.pyc)
	importtrace prune --safety all --root python=python -q -o good.zip --bytecode fast
	echo "CHANGED = 1" >>python/alpha/core.py
	importtrace prune --safety all --root python=python -q -o new.zip --bytecode fast
	run names good.zip
	[[ "$output" == *"$pyc"* ]]
	run names new.zip
	[[ "$output" != *"$pyc"* && "$output" == *alpha/core.py* ]]
}

@test "nothing but the report on stdout, nothing on stderr in a pipe" {
	run --separate-stderr importtrace prune --keep trace.json
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ "$output" == *"14 of 17 files"* ]]
}

@test "bytecode: static and all leave it as it is, unless asked; what does not compile stays source" {
	python3 -m compileall -q python
	echo 'print "two"' >python/alpha/old.py
	importtrace prune --safety all --root python=python -q -o all.zip
	importtrace prune --safety all --root python=python -q -o fast.zip --bytecode fast --python \
		"$(python3 -c 'import sys; print(sys.executable)')"
	importtrace prune --safety all --root python=python -q -o source.zip --bytecode source
	run importtrace prune --safety all --root python=python -o again.zip --bytecode fast \
		--python "$(python3 -c 'import sys; print(sys.executable)')"
	[[ "$output" == *"1 modules do not compile: source alone"* ]]
	cmp fast.zip again.zip
	python3 - <<-'PY'
	import zipfile
	flags = {}
	for name in "all", "fast", "source":
	    z = zipfile.ZipFile(name + ".zip")
	    flags[name] = {z.read(n)[4] for n in z.namelist() if n.endswith(".pyc")}
	    assert "python/alpha/old.py" in z.namelist()
	assert flags == {"all": {0}, "fast": {1}, "source": set()}, flags
	PY
}

@test "bytecode: wrong modes and Pythons" {
	refused "--bytecode is fast, source, only or keep, not 'slow'" --keep trace.json --bytecode slow
	refused "cannot find the Python /no/such" --keep trace.json --python /no/such
	refused "does not answer like a CPython" --keep trace.json --python /bin/true
	cp /bin/true evil && chmod 777 evil
	refused "everybody may write to it" --keep trace.json --python "$T/evil"
}
