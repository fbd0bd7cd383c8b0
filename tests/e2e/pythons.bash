# Helpers for tests over the interpreters of this machine and over the shapes of installed trees.

setup_tree() {
	[ "$(id -u)" -eq 0 ] || importtrace doctor >/dev/null ||
		skip "recording needs root or file capabilities"
	T=$(cd "$(mktemp -d)" && pwd -P)
	repo=$PWD
	cp "$repo/probes/small_layer/smoke.py" "$T/smoke.py"
	cd "$T" || return 1
	python=$(python3 -c 'import sys; print(sys.executable)')
	[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3
	version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
}

teardown() {
	cd / && rm -rf "${T:-/nonexistent}"
}

# pythons: one interpreter for each version from 3.8 on that this machine has, real paths.
pythons() {
	local p
	for p in /usr/bin/python3.[0-9]* "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3 \
		/usr/local/bin/python3.[0-9]* "$(command -v python3)"; do
		[ -x "$p" ] && [[ $p =~ /python3(\.[0-9]+)?$ ]] || continue
		"$p" -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null || continue
		"$p" -c 'import os, sys; print("%d.%d" % sys.version_info[:2], os.path.realpath(sys.executable))'
	done | sort -u -t' ' -k1,1
}

# on_layer PYTHON SCRIPT: runs it on layer.zip alone; the trees it was made from must be gone.
on_layer() {
	local python=$1
	shift
	rm -rf out
	"$python" -m zipfile -e layer.zip out
	PYTHONPATH=$T/out/python "$python" -S "$@"
}

# pinned_site DIR PACKAGE…: for setup_file. Sets $python to CPython 3.11, which the pins of
# probes/safety/requirements.txt are for, and $site to DIR, where the packages are installed once;
# without that Python $python is empty.
pinned_site() {
	local want
	export python site=$1
	shift
	python=$(pythons | awk '$1 == "3.11" {print $2}')
	[ -n "$python" ] || return 0
	want="$("$python" -V) $* $(sha256sum <probes/safety/requirements.txt)"
	[ "$(cat "$site.stamp" 2>/dev/null)" != "$want" ] || return 0
	rm -rf "$site"
	"$python" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-compile \
		--root-user-action=ignore --target "$site" -c probes/safety/requirements.txt "$@"
	echo "$want" >"$site.stamp"
}
