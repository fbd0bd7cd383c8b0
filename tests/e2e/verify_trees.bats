#!/usr/bin/env bats
# verify on the shapes in which packages are installed: what is missed is found, and repaired.
# (On every Python of this machine, and in a virtual environment: verify.bats.)

bats_require_minimum_version 1.5.0
load pythons

setup() {
	[ "$(id -u)" -eq 0 ] || skip "verify needs root here"
	setup_tree
	mkdir tmp
	export TMPDIR=$T/tmp PYTHONDONTWRITEBYTECODE=1
	cp -R "$repo/probes/small_layer/python" small
	cat >other.py <<-'PY'
	import alpha
	try:
	    import alpha.unused
	except ImportError:
	    pass
	print(alpha.greet("other"))
	PY
}

# An environment of the small layer, for the shapes that want one.
environment() {
	"$python" -m venv --without-pip "$@" env
	site=$T/env/lib/python$version/site-packages
	cp -R small/. "$site" && rm -rf small
}

# repaired OPTION… -- SMOKE -- OTHER: recorded with SMOKE, pruned at level trace, OTHER is verified.
repaired() {
	local options=() smoke=()
	while [ "$1" != -- ]; do options+=("$1") && shift; done
	shift
	while [ "$1" != -- ]; do smoke+=("$1") && shift; done
	shift
	importtrace record -q -- "${smoke[@]}" >/dev/null
	importtrace prune --safety trace --keep trace.json "${options[@]}" -q
	run importtrace verify --same-output "${options[@]}" -- "${smoke[@]}"
	[ "$status" -eq 0 ] || { echo "its own: $output"; false; }
	run importtrace verify "${options[@]}" -- "$@"
	[ "$status" -eq 1 ] || { echo "exit $status: $output"; false; }
	[[ "$output" == *"alpha.unused, looked up in vain"* ]] || { echo "$output"; false; }
	run importtrace verify --repair --same-output "${options[@]}" -- "$@"
	[ "$status" -eq 0 ] || { echo "repair: $output"; false; }
	grep -qP 'alpha/unused.py\t\d+\trepaired\t' layer.repaired.tsv
	run importtrace verify --same-output "${options[@]}" -- "$@"
	[ "$status" -eq 0 ] || { echo "again: $output"; false; }
	[ -z "$(ls -A "$TMPDIR")" ]
	[ "$(grep -c "$T" /proc/self/mountinfo)" -eq 0 ]
}

@test "a --target tree on PYTHONPATH" {
	mv small target
	export PYTHONPATH=$T/target
	repaired -- "$python" -S smoke.py -- "$python" -S other.py
}

@test "the user's own site directory" {
	export PYTHONUSERBASE=$T/user
	mkdir -p "user/lib/python$version" && mv small "user/lib/python$version/site-packages"
	repaired -- "$python" smoke.py -- "$python" other.py
}

@test "an editable install by a path file, beside an ordinary one" {
	environment
	mkdir -p work/src && mv "$site/alpha" work/src
	echo "$T/work/src" >"$site/__editable__.alpha-1.0.pth"
	repaired -- env/bin/python smoke.py -- env/bin/python other.py
}

@test "an editable install by setuptools' finder" {
	environment
	mkdir work && mv "$site/alpha" work/
	echo "import __editable___alpha_1_0_finder; __editable___alpha_1_0_finder.install()" \
		>"$site/__editable__.alpha-1.0.pth"
	sed "s|@SOURCE@|$T/work/alpha|" "$repo/tests/e2e/editable_finder.py" \
		>"$site/__editable___alpha_1_0_finder.py"
	repaired -- env/bin/python smoke.py -- env/bin/python other.py
}

@test "a path file that adds a directory inside the site directory" {
	environment
	mkdir "$site/inner" && mv "$site/alpha" "$site/inner"
	echo inner >"$site/alpha.pth"
	repaired -- env/bin/python smoke.py -- env/bin/python other.py
}

@test "a namespace package in two roots of PYTHONPATH" {
	mv small a
	mkdir -p b/gamma_ns/other b/gamma_ns/more b/delta-1.0.dist-info
	echo 'NAME = "other"' | tee b/gamma_ns/other/__init__.py >b/gamma_ns/more/__init__.py
	printf 'Metadata-Version: 2.1\nName: delta\nVersion: 1.0\n' >b/delta-1.0.dist-info/METADATA
	printf 'gamma_ns/other/__init__.py,,\ngamma_ns/more/__init__.py,,\ndelta-1.0.dist-info/METADATA,,\ndelta-1.0.dist-info/RECORD,,\n' \
		>b/delta-1.0.dist-info/RECORD
	echo 'import alpha, gamma_ns.other, gamma_ns.plug' >two.py
	echo 'import gamma_ns.more' >>other.py
	export PYTHONPATH=$T/a:$T/b
	for prefix in "python python" "a b"; do
		read -r first second <<<"$prefix"
		repaired --root "$T/a=$first" --root "$T/b=$second" -- "$python" -S two.py -- "$python" -S other.py
		grep -qP "^$second/gamma_ns/more/__init__.py\t" layer.repaired.tsv
	done
}

@test "the system's site directory beside a virtual environment's" {
	environment --system-site-packages
	local system
	system=$("$python" -c 'import jsonschema, os; print(os.path.dirname(os.path.dirname(jsonschema.__file__)))')
	cp smoke.py both.py && echo 'import jsonschema' >>both.py
	repaired --root "$site=python" --root "$system=python" -- env/bin/python both.py -- env/bin/python other.py
}

@test "a console script" {
	environment
	for name in smoke other; do
		{ echo "#!$T/env/bin/python" && cat $name.py; } >env/bin/$name
		chmod +x env/bin/$name
	done
	repaired -- env/bin/smoke -- env/bin/other
	# The same by its name alone, from the PATH.
	PATH=$T/env/bin:$PATH run importtrace verify --same-output -- other
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "packages in a zip on the path: a layer cannot stand in its place, and that is said" {
	mv small tree
	mkdir z && mv tree/beta tree/beta-2.1.dist-info z/
	(cd z && zip -qr ../beta.zip .) && rm -rf z
	export PYTHONPATH=$T/tree:$T/beta.zip
	importtrace record -q -- "$python" -S smoke.py >/dev/null
	importtrace prune --safety trace --keep trace.json -q
	run importtrace verify -- "$python" -S smoke.py
	[ "$status" -eq 2 ]
	[[ "$output" == *"$T/beta.zip is an archive: a layer can only stand in the place of a directory"* ]]
}
