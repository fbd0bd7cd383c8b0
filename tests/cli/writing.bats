#!/usr/bin/env bats
# Old file or new file, never half, nothing beside it: whatever fails and whenever it is killed.

setup() {
	# In memory where there is such a place: a sync of the disk takes as long as others let it.
	[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
	T=$(cd "$(mktemp -d)" && pwd -P)
	cp -R probes/small_layer/python "$T/python"
	ln -s core.py "$T/python/alpha/link.py"
	mkdir "$T/out"
	[ -e "$BUILD/tests/libfault.so" ]
	cd "$T/out"
	[[ $BUILD != */asan ]] || export ASAN_OPTIONS=verify_asan_link_order=0
	rounds=200 step=1
	[[ $BUILD != */asan ]] || rounds=20 step=5
}

teardown() {
	rm -rf "$T"
}

prune() {
	importtrace prune -q --safety all --bytecode keep --root "$T/python=" "$@"
}

# with_faults ARG…: in an environment where calls fail
with_faults() {
	LD_PRELOAD=$BUILD/tests/libfault.so FAULT_LOG=$T/fault prune "$@"
}

# everything: what lies here
everything() {
	find . -printf '%p %y %m %s\n' | sort
	find . -type f -exec sha256sum {} + | sort
}

# old_files: an output of each kind that was there before
old_files() {
	echo old >layer.zip
	echo old removed >layer.removed.tsv
	echo old manifest >manifest
}

# every_call ERRNO MESSAGE OUTPUT CALLS: at least CALLS; each call that writes fails once; what was there is still there.
every_call() {
	local at code before
	for ((at = 1; at < 500; at += step)); do
		rm -f "$T/fault"
		before=$(everything)
		code=0
		FAULT_AT=$at FAULT_ERRNO=$1 with_faults -o "$3" --manifest manifest 2>"$T/err" || code=$?
		[ -e "$T/fault" ] || break
		[ "$code" -eq 2 ] || { echo "call $at: exit $code"; return 1; }
		grep -q "$2" "$T/err" || { echo "call $at: $(cat "$T/err")"; return 1; }
		[ "$before" = "$(everything)" ] || {
			echo "call $at:"
			find .
			return 1
		}
	done
	echo "$at calls"
	[ "$code" -eq 0 ] && [ "$at" -gt "$4" ] && [ "$at" -lt 500 ]
}

@test "a full disk and a broken one leave the old zip, at each call" {
	old_files
	every_call 28 "No space left" layer.zip 12
	old_files
	every_call 5 "Input/output error" layer.zip 12
	rm layer.zip layer.removed.tsv manifest
	every_call 5 "Input/output error" layer.zip 12
	python3 -m zipfile -t layer.zip
	grep -q '"kept"' manifest
	grep -q '^path' layer.removed.tsv
}

@test "the same without unnamed temporary files" {
	export FAULT_NO_TMPFILE=1
	old_files
	every_call 5 "Input/output error" layer.zip 12
	FAULT_AT='' with_faults -o layer.zip
	[ "$(ls -A)" = "layer.removed.tsv
layer.zip
manifest" ]
}

@test "a full disk and a broken one leave no directory, at each call" {
	every_call 28 "No space left" layer/ 40
	rm -r layer
	mkdir -m 750 layer
	echo old removed >layer.removed.tsv
	every_call 5 "Input/output error" layer/ 40
	diff -r --no-dereference "$T/python" layer
	grep -q '^path' layer.removed.tsv
}

@test "a file that cannot be written at all is said at once" {
	run prune -o nowhere/layer.zip
	[ "$status" -eq 2 ]
	[[ "$output" == *nowhere* ]]
	mkfifo pipe
	run prune -o pipe
	[ "$status" -eq 2 ]
	[[ "$output" == *"pipe or socket"* ]]
	[ -p pipe ]
	mkdir full
	touch full/x
	run prune -o full/
	[ "$status" -eq 2 ]
	[[ "$output" == *"not an empty directory"* ]]
}

# more_files: enough for the moments to differ
more_files() {
	python3 - "$T/python" <<'PY'
import os, random, sys
r = random.Random(1)
words = [bytes(r.choices(range(97, 123), k=r.randint(2, 9))) for _ in range(5000)]
os.mkdir(sys.argv[1] + "/many")
for k in range(60):
    with open(f"{sys.argv[1]}/many/{k}.py", "wb") as f:
        f.write(b" ".join(r.choices(words, k=4000)))
PY
}

@test "killed at 200 random moments: the old zip or the new one" {
	more_files
	python3 "$BATS_TEST_DIRNAME/kill.py" $rounds layer.zip --safety all --root "$T/python="
	# and in the middle of putting it in its place
	export LD_PRELOAD=$BUILD/tests/libfault.so FAULT_SLEEP_MS=40
	python3 "$BATS_TEST_DIRNAME/kill.py" 20 layer.zip --safety all --root "$T/python="
	FAULT_NO_TMPFILE=1 python3 "$BATS_TEST_DIRNAME/kill.py" 20 layer.zip --safety all \
		--root "$T/python="
}

@test "killed at 200 random moments: no directory or a whole one" {
	more_files
	python3 "$BATS_TEST_DIRNAME/kill.py" $rounds layer/ --safety all --root "$T/python="
	export LD_PRELOAD=$BUILD/tests/libfault.so FAULT_SLEEP_MS=40
	python3 "$BATS_TEST_DIRNAME/kill.py" 20 layer/ --safety all --root "$T/python="
}
