# What the benchmarks share. Each is run from anywhere, needs what `./dev demo` makes, and prints
# plain text (DEMO: another directory like build/demo): a line about what was run, a table, and a line "goal: … met|missed (figure)" for each goal.
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by those that read this
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
top=$PWD demo=${DEMO:-$PWD/build/demo} importtrace=$PWD/build/importtrace
work=$PWD/build/bench/$(basename "$0")
site=$demo/site/python
name=bench/$(basename "$0")

need_demo() {
	[ -e "$demo/trace.json" ] && [ -d "$site" ] && [ -x "$importtrace" ] && return
	echo "$name: run ./dev demo first: it makes the layer and the trace" >&2
	exit 2
}

# need PROGRAM…: says which package brings what is missing.
need() {
	local p
	for p in "$@"; do
		command -v "$p" >/dev/null && continue
		echo "$name: $p is not installed; ./dev bench installs it" >&2
		exit 2
	done
}

fresh() {
	rm -rf "$work"
	mkdir -p "$work"
}

# measured LOG COMMAND…: runs it and writes "seconds peak-kB" to LOG.
measured() {
	python3 - "$@" <<-'PY'
		import os, sys, time
		start = time.monotonic()
		pid = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
		_, status, usage = os.wait4(pid, 0)
		open(sys.argv[1], "w").write(f"{time.monotonic() - start:.3f} {usage.ru_maxrss}\n")
		sys.exit(os.waitstatus_to_exitcode(status))
	PY
}
