#!/usr/bin/env bats
# Interpreters from 3.8 on, and the shapes in which packages are installed: record, prune as a user
# would, run on the layer with the original gone.

load pythons

setup() {
	setup_tree
}

small() {
	cp -R "$repo/probes/small_layer/python" "$1"
}

@test "every Python of this machine: its layer runs, with and without bytecode of its own" {
	local version exe n=0
	while read -r version exe; do
		small "at-$version"
		PYTHONPATH=$T/at-$version importtrace record -q -- "$exe" -S smoke.py >answer
		importtrace prune --keep trace.json -q -o layer.zip
		mv "at-$version" gone
		on_layer "$exe" smoke.py >again
		cmp answer again || { echo "Python $version"; false; }
		mv gone "at-$version"
		# Again, now that the first run has written bytecode.
		PYTHONPATH=$T/at-$version importtrace record -q -- "$exe" -S smoke.py >answer
		importtrace prune --keep trace.json -q -o layer.zip
		unzip -l layer.zip | grep -q "alpha/__pycache__/core.cpython-${version/./}.pyc"
		rm -rf "at-$version"
		on_layer "$exe" smoke.py >again
		cmp answer again || { echo "Python $version, with bytecode"; false; }
		n=$((n + 1))
	done < <(pythons)
	echo "# $n interpreters" >&3
	[ "$n" -ge 1 ]
}

@test "a virtual environment" {
	"$python" -m venv --without-pip env
	small copy && cp -R copy/. "env/lib/python$version/site-packages" && rm -rf copy
	importtrace record -q -- env/bin/python smoke.py >answer
	importtrace prune --keep trace.json -q
	rm -rf env
	on_layer "$python" smoke.py >again
	cmp answer again
}

@test "the user's own site directory" {
	export PYTHONUSERBASE=$T/user
	mkdir -p "user/lib/python$version"
	small "user/lib/python$version/site-packages"
	importtrace record -q -- "$python" smoke.py >answer
	importtrace prune --keep trace.json -q
	rm -rf user
	on_layer "$python" smoke.py >again
	cmp answer again
}

@test "an editable install by a path file, beside an ordinary one" {
	"$python" -m venv --without-pip env
	local site=env/lib/python$version/site-packages
	small copy && cp -R copy/. "$site" && rm -rf copy
	mkdir -p work/src && mv "$site/alpha" work/src
	echo "$T/work/src" >"$site/__editable__.alpha-1.0.pth"
	importtrace record -q -- env/bin/python smoke.py >answer
	importtrace prune --keep trace.json -q
	rm -rf env work
	on_layer "$python" smoke.py >again
	cmp answer again
}

@test "an editable install by setuptools' finder" {
	"$python" -m venv --without-pip env
	local site=env/lib/python$version/site-packages
	small copy && cp -R copy/. "$site" && rm -rf copy
	mkdir work && mv "$site/alpha" work/
	echo "import __editable___alpha_1_0_finder; __editable___alpha_1_0_finder.install()" \
		>"$site/__editable__.alpha-1.0.pth"
	sed "s|@SOURCE@|$T/work/alpha|" "$repo/tests/e2e/editable_finder.py" \
		>"$site/__editable___alpha_1_0_finder.py"
	importtrace record -q -- env/bin/python smoke.py >answer
	importtrace prune --keep trace.json -q
	rm -rf env work
	on_layer "$python" smoke.py >again
	cmp answer again
}

@test "packages in a zip on the path, beside a directory" {
	small tree
	mkdir z && mv tree/beta tree/beta-2.1.dist-info z/
	(cd z && zip -qr ../beta.zip .) && rm -rf z
	PYTHONPATH=$T/tree:$T/beta.zip importtrace record -q -- "$python" -S smoke.py >answer
	importtrace prune --keep trace.json -q
	importtrace prune --keep trace.json -q --root tree --root beta.zip -o same.zip
	cmp layer.zip same.zip
	rm -rf tree beta.zip
	on_layer "$python" smoke.py >again
	cmp answer again
}

@test "a namespace package in two roots of PYTHONPATH" {
	small a
	mkdir -p b/gamma_ns/other b/delta-1.0.dist-info
	echo 'NAME = "other"' >b/gamma_ns/other/__init__.py
	printf 'Metadata-Version: 2.1\nName: delta\nVersion: 1.0\n' >b/delta-1.0.dist-info/METADATA
	printf 'gamma_ns/other/__init__.py,,\ndelta-1.0.dist-info/METADATA,,\ndelta-1.0.dist-info/RECORD,,\n' \
		>b/delta-1.0.dist-info/RECORD
	cat >work.py <<-'PY'
	import alpha, gamma_ns.other, gamma_ns.plug, pkgutil
	print(alpha.greet("two"), gamma_ns.other.NAME, sorted(m.name for m in pkgutil.iter_modules(gamma_ns.__path__)))
	PY
	PYTHONPATH=$T/a:$T/b importtrace record -q -- "$python" -S work.py >answer
	run importtrace prune --keep trace.json -q
	[ "$status" -eq 2 ]
	[[ $output == *"--root $T/a"*"--root $T/b"* ]]
	importtrace prune --keep trace.json -q --root "$T/a" --root "$T/b"
	mkdir gone && mv a b gone/
	on_layer "$python" work.py >again
	cmp answer again
}

@test "the system's site directory beside a virtual environment's" {
	# Made by hand below a prefix of the test's own: a system with a package of its own.
	"$python" -m venv --without-pip --system-site-packages env
	local site=env/lib/python$version/site-packages
	small copy && cp -R copy/. "$site" && rm -rf copy
	local system
	system=$("$python" -c 'import jsonschema, os; print(os.path.dirname(os.path.dirname(jsonschema.__file__)))')
	cat >work.py <<-'PY'
	import alpha, jsonschema
	jsonschema.validate(3, {"type": "integer"})
	print(alpha.greet("system"), jsonschema.__version__)
	PY
	importtrace record -q -- env/bin/python work.py >answer
	run importtrace prune --keep trace.json -q
	[ "$status" -eq 2 ]
	[[ $output == *"--root $system"* ]]
	importtrace prune --keep trace.json -q --root "$PWD/$site=python" --root "$system=python"
	rm -rf env
	unzip -l layer.zip | grep -q python/jsonschema/__init__.py
	on_layer "$python" work.py >again
	cmp answer again
}

@test "a path file that adds a directory inside the site directory" {
	"$python" -m venv --without-pip env
	local site=env/lib/python$version/site-packages
	small copy && cp -R copy/. "$site" && rm -rf copy
	mkdir "$site/inner" && mv "$site/beta" "$site/inner"
	echo inner >"$site/beta.pth"
	importtrace record -q -- env/bin/python smoke.py >answer
	importtrace prune --keep trace.json -q
	rm -rf env
	"$python" -m zipfile -e layer.zip out
	cat >start.py <<-'PY'
	import runpy, site, sys
	site.addsitedir(sys.argv[1])
	runpy.run_path("smoke.py", run_name="__main__")
	PY
	"$python" -S start.py "$T/out/python" >again
	cmp answer again
}
