#!/usr/bin/env bats
# --with-interpreter: the layer alone, in an empty root directory.

load pythons

setup() {
	[ "$(id -u)" -eq 0 ] || skip "chroot needs root"
	setup_tree
	cp -R "$repo/probes/small_layer/python" site
	cat >work.py <<-'PY'
		import ctypes, decimal, hashlib, json, logging, socket, sys, tempfile, zlib
		import alpha, beta
		print(sys.version_info[:3], hashlib.sha256(b"x").hexdigest()[:8], decimal.Decimal(1) / 3,
		      len(zlib.compress(b"y" * 100)), ctypes.sizeof(ctypes.c_long), alpha.__name__)
		print("%.3f" % 1.5, "é".encode("cp437"), json.dumps({"beta": beta.__name__}))
	PY
}

# pack PYTHON ARG…: records the workload with it and packs it all into layer.zip
pack() {
	local python=$1
	shift
	PYTHONPATH=$T/site importtrace record -o trace.json -- "$python" work.py >want 2>/dev/null
	importtrace prune -q --keep trace.json --root site --with-interpreter "$@"
	rm -rf root && mkdir root && unzip -q layer.zip -d root
}

# inside COMMAND…: in the root directory, with nothing else. CPython looks for its library in the
# directories above its own but never in the topmost, so that has to be said.
inside() {
	cp work.py root/
	env -i PYTHONHOME=/ PYTHONPATH=/python "$(command -v chroot)" root "$@"
}

@test "each Python of this machine runs in an empty root directory, with the same output" {
	local level python n=0
	while read -r level python; do
		pack "$python" --safety "$level"
		inside "/bin/${python##*/}" /work.py >got
		diff want got
		[[ "$(cd root && echo *)" =~ ^bin\ lib(\ lib64)?\ python\ work.py$ ]]
		n=$((n + 1))
	done < <(
		pythons | sed 's/^[^ ]*/trace/;1!{$!d}'
		[ ! -x /usr/bin/python3 ] || echo closure /usr/bin/python3
	)
	[ "$n" -ge 2 ]
}

@test "below another directory it finds its library by itself" {
	pack "$python"
	mkdir -p other/opt/layer
	cp -a root/. other/opt/layer/
	cp -a root/lib64 other/lib64
	cp work.py other/
	env -i PYTHONPATH=/opt/layer/python LD_LIBRARY_PATH="/opt/layer/$(cd root && ls -d lib/*-linux-*)" \
		"$(command -v chroot)" other /opt/layer/bin/python3 /work.py >got
	diff want got
}

@test "the closure is taken over the standard library too, and tests and dead weight are not in" {
	pack "$python" --safety trace
	! unzip -l layer.zip | grep -q "unittest/mock.py" || false
	echo "import unittest.mock" >>site/alpha/core.py
	sed -i 's|alpha/core.py,[^,]*,[0-9]*|alpha/core.py,,|' site/alpha-*.dist-info/RECORD
	rm -rf site/alpha/__pycache__
	echo "def f(): import unittest.mock" >>site/beta/__init__.py
	pack "$python" --safety closure
	unzip -l layer.zip | grep -q "unittest/mock.py"
	run importtrace explain --keep trace.json --root site --with-interpreter unittest/mock.py
	[[ "$output" == *"import"* ]]
	! unzip -l layer.zip | grep -E 'lib/python3[^/]*/(test|config-[^/]*|site-packages|dist-packages)/' || false
}

@test "without a Python, or with several, it says what to do" {
	pack "$python"
	sed 's|"exe":"[^"]*"|"exe":"/bin/sh"|' trace.json >none.json
	run importtrace prune -q --keep none.json --root site --with-interpreter -o x.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *"names no Python to pack"*"--with-interpreter=EXE"* ]]
	sed 's|"exe":"[^"]*"|"exe":"/nowhere/python3.9"|' trace.json >other.json
	run importtrace prune -q --keep trace.json --keep other.json --root site --with-interpreter -o x.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *"several Pythons"*"--with-interpreter=/nowhere/python3.9"* ]]
	run importtrace prune -q --keep trace.json --root site --with-interpreter=/bin/sh -o x.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *"/bin/sh is no Python"* ]]
	run importtrace prune -q --safety all --root site --with-interpreter -o x.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *"needs --keep"* ]]
	[ ! -e x.zip ]
}

@test "the same bytes from a copy of the site elsewhere, and a zip that nobody refuses" {
	pack "$python"
	mv layer.zip first.zip
	cp -R site moved
	sed "s|$T/site|$T/moved|g" trace.json >moved.json
	importtrace prune -q --keep moved.json --root moved=python --with-interpreter -o second.zip
	cmp first.zip second.zip
	importtrace prune -q --safety all --root first.zip= -o third.zip
	unzip -tqq third.zip
}
