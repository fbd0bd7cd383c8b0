#!/usr/bin/env bats
# The zip that prune writes: the same bytes everywhere, read by everybody, no larger than need be.

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	cp -R probes/small_layer/python "$T/python"
	cd "$T"
	ln -s core.py python/alpha/link.py
	mkdir python/empty "python/nämé"
	echo 1 >"python/nämé/é.py"
	head -c 5000 /dev/urandom >python/noise
	: >python/nothing.py
	seq 100000 >python/numbers
	chmod 755 python/numbers
}

teardown() {
	rm -rf "$T"
}

prune() {
	importtrace prune -q --safety all --root "$@"
}

# look PYTHON: with z, the archive given as $1
look() {
	python3 -c "import sys, zipfile; z = zipfile.ZipFile('$1'); i = {x.filename: x for x in z.infolist()}; $2"
}

@test "the same bytes with other cores, time zone, locale, umask, file order and file system" {
	local k=0 place
	prune python= -o first.zip
	for place in /dev/shm /tmp; do
		[ -w $place ] || continue
		other=$(mktemp -d -p $place)
		# made in the other order, with other times and group bits
		(
			umask 077
			cd python
			find . -type d | sort -r | while read -r d; do mkdir -p "$other/p/$d"; done
			find . ! -type d | sort -r | while read -r f; do cp -P "$f" "$other/p/$f"; done
			chmod 700 "$other/p/numbers"
			find "$other" -exec touch -hd "199$((k + 1))-02-03" {} +
		)
		for setting in "TZ=Pacific/Kiritimati LC_ALL=C" "TZ=America/Anchorage LC_ALL=tr_TR.UTF-8" \
			"TZ=UTC0 LANG=de_DE SOURCE_DATE_EPOCH=" "TMPDIR=$other MALLOC_PERTURB_=7"; do
			k=$((k + 1))
			(
				umask $((k % 2 * 7))7
				# shellcheck disable=SC2086 # words
				env $setting importtrace prune -q --safety all --root "$other/p=" \
					-j $((k * 3 % 8 + 1)) -o "$T/$k.zip"
			)
			cmp first.zip "$k.zip"
		done
		rm -rf "$other"
	done
	[ "$k" -ge 4 ]
	# The sanitized build as the other one. (That of another compiler: tests/lint/tree.bats.)
	[[ $BUILD != */asan ]] || {
		"${BUILD%/asan}/importtrace" prune -q --safety all --root python= -o other.zip
		cmp first.zip other.zip
	}
}

@test "Python, Info-ZIP, 7-Zip and bsdtar unpack exactly what went in" {
	prune python= -o layer.zip
	# modes are normalised, so are ours
	find python -type f ! -perm -100 -exec chmod 644 {} +
	find python -type d -exec chmod 755 {} +
	mkdir info 7z bsd py
	unzip -q layer.zip -d info
	7z x -bd -o7z layer.zip >/dev/null
	bsdtar -xf layer.zip -C bsd
	for by in info 7z bsd; do
		diff -r --no-dereference python $by
		[ -d $by/empty ] && [ -x $by/numbers ] && [ ! -x $by/nothing.py ]
	done
	look layer.zip "assert z.testzip() is None; z.extractall('py')"
	diff -r python/beta py/beta
	unzip -tq layer.zip
	7z t -bd layer.zip | grep -q 'Everything is Ok'
}

@test "names in order, 1980 in UTC, no ZIP64, no data descriptors" {
	prune python= -o layer.zip
	look layer.zip "
names = [x.rstrip('/').encode() for x in z.namelist()]
assert names == sorted(names)
for x in z.infolist():
    assert x.date_time == (1980, 1, 1, 0, 0, 0) and not x.extra and not x.flag_bits & 8
    assert x.extract_version <= 20 and x.create_system == 3
assert i['nämé/é.py'].flag_bits & 0x800
raw = open('layer.zip', 'rb').read()
assert b'PK\x06\x06' not in raw and b'PK\x07\x08' not in raw
"
}

@test "what does not get smaller is stored" {
	for level in 1 7 12; do
		prune python= --level $level -o layer.zip
		look layer.zip "
for x in z.infolist():
    assert x.compress_size <= x.file_size, x
    assert (x.compress_type == 0) == (x.compress_size == x.file_size), x
assert i['noise'].compress_type == 0 and i['nothing.py'].compress_type == 0
assert i['numbers'].compress_type == 8 and i['numbers'].compress_size < 300000
"
	done
}

@test "level 12 is not larger than 1, and max is the smallest" {
	local level
	for level in 1 12 max; do
		prune python= --level $level -o $level.zip
		look $level.zip "assert z.testzip() is None"
	done
	[ "$(stat -c %s 12.zip)" -le "$(stat -c %s 1.zip)" ]
	[ "$(stat -c %s max.zip)" -lt "$(stat -c %s 12.zip)" ]
	run importtrace prune --level 13
	[ "$status" -eq 2 ]
}

@test "ZIP64 where there are more items than fit, and nowhere else" {
	mkdir many
	(cd many && seq -f f%g 65534 | xargs touch)
	prune many= -o fits.zip
	touch many/x many/y
	prune many= -o over.zip
	look fits.zip "assert len(i) == 65534 and b'PK\x06\x06' not in open('fits.zip', 'rb').read()"
	look over.zip "assert len(i) == 65536 and b'PK\x06\x06' in open('over.zip', 'rb').read()"
	unzip -tqq over.zip
	prune over.zip= -o again.zip
	cmp over.zip again.zip
}

@test "a member too large for memory is streamed: the same bytes from any number of threads" {
	mkdir big
	python3 -c "
import random
r = random.Random(1)
block = bytes(r.choices(range(65, 91), k=1 << 20))
with open('big/data', 'wb') as f:
    for k in range(50):
        f.write(b'%d' % k + block)
"
	prune big= --level 1 -j 1 -o one.zip
	prune big= --level 1 -j 5 -o five.zip
	cmp one.zip five.zip
	unzip -p one.zip data | cmp - big/data
	prune one.zip= --level 1 -o again.zip
	cmp one.zip again.zip
	prune one.zip= -o out/
	cmp out/data big/data
}

@test "memory: little for each file, and what waits to be written is bounded" {
	mkdir many large
	python3 - <<-'PY'
		import os, random
		for i in range(20000):
		    if i % 100 == 0:
		        os.mkdir(f"many/package{i // 100:03}")
		    open(f"many/package{i // 100:03}/module_number_{i}.py", "w").close()
		noise = random.Random(1).randbytes(1 << 20)
		for i in range(120):
		    open(f"large/{i}", "wb").write(noise[i:] + noise[:i])
	PY
	peak() {
		python3 -c 'import os, sys
_, status, usage = os.wait4(os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:]), 0)
print(usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))' importtrace prune -q --safety all -j 8 "$@"
	}
	many=$(peak --root many= -o many.zip)
	large=$(peak --root large= -o large.zip)
	echo "$many kB for 20,000 files, $large kB for 120 MB"
	# Measured: 25 and 30 MB. A worker has a member of 1 MB and its result in hand; 8 MB wait.
	# The sanitizers need memory of their own: there only that both are packed.
	[[ $BUILD == */asan ]] || [ "$many" -lt 29000 ]
	[[ $BUILD == */asan ]] || [ "$large" -lt 48000 ]
}
