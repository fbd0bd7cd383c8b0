# The small layer of the repository with its carried trace, in a directory of its own.

# small_layer [DIR]: a fresh $T with DIR/python (default: python) and trace.json, and goes there.
small_layer() {
	local dir=${1:-.}
	T=$(cd "$(mktemp -d)" && pwd -P)
	mkdir -p "$T/$dir"
	dir=$(cd "$T/$dir" && pwd -P)
	cp -R probes/small_layer/python "$dir/python"
	sed "s|@ROOT@|$dir/python|g" probes/small_layer/trace.json.in >"$T/trace.json"
	cd "$T" || return
}

teardown() {
	rm -rf "$T"
}
