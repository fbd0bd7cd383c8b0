#!/usr/bin/env bats
# --strip on what real linkers make: nothing that is loaded changes, by a reader of our own, by
# the loader, and for patchelf'ed files, which GNU strip breaks.

setup() {
	T=$(cd "$(mktemp -d)" && pwd -P)
	same=$PWD/tests/e2e/elf_same.py
	small=$PWD/probes/small_layer/python
	cd "$T" || exit
	mkdir site
	cat >lib.c <<-'C'
	static const char big[3000] = {1, 2, 3};
	static __thread int counter;
	int data[100] = {4, 5, 6};
	static int hidden(int x) { return x + big[x & 7] + data[x & 3] + counter++; }
	int answer(int x) { return hidden(x) * 2; }
	int (*const table[])(int) = {answer};
	C
}

teardown() {
	cd / && rm -rf "${T:-/nonexistent}"
}

strip_site() {
	importtrace prune --safety all --root site=site -o out/ --strip --json >report.json
}

# result FILE: what the report says of it.
result() {
	python3 -c 'import json, sys
print(*(f["result"] for f in json.load(open("report.json"))["content"]["strip"]["files"]
	if f["path"] == "site/" + sys.argv[1]))' "$1"
}

@test "32 and 64 bit, both byte orders, GNU ld and lld" {
	for target in x86_64 i386 aarch64 arm powerpc powerpc64 powerpc64le mips mipsel mips64 riscv64; do
		clang --target=$target-linux-gnu -g -O1 -shared -fPIC -nostdlib -fuse-ld=lld \
			-Wl,-z,relro,-z,now,--build-id lib.c -o site/lib$target.so || {
			echo "no $target"
			rm -f "site/lib$target.so"
		}
	done
	gcc -g3 -O1 -shared -fPIC -Wl,-z,relro lib.c -o site/libgnu.so
	printf 'int answer(int); int main(void) { return answer(1) != 16; }\n' >main.c
	gcc -g main.c lib.c -o site/program
	gcc -g -static main.c lib.c -o site/static || true
	strip_site
	[ "$(find site -name '*.so' | wc -l)" -ge 9 ]
	for f in site/*; do
		echo "$f: $(result "${f#site/}")"
		python3 "$same" "$f" "out/$f" >said
		cat said
		grep -q ' .debug_info.* .symtab' said
		[ "$(result "${f#site/}")" = stripped ]
		# At least nine tenths of what llvm-strip saves (GNU strip, where that gives up), and readelf finds no fault.
		llvm-strip -o l "$f" 2>/dev/null || strip -o l "$f"
		[ $(($(stat -c %s "$f") - $(stat -c %s "out/$f"))) -ge \
			$((($(stat -c %s "$f") - $(stat -c %s l)) * 9 / 10)) ]
		readelf -aW "out/$f" 2>&1 >/dev/null | (! grep -i 'warning\|error')
	done
	./out/site/program
	python3 -c 'import ctypes; assert ctypes.CDLL("out/site/libgnu.so").answer(1) == 16'
}

@test "patchelf'ed libraries load; they are blanked where they cannot shrink" {
	gcc -g3 -O1 -shared -fPIC lib.c -o site/libone.so
	cp site/libone.so site/libtwo.so
	patchelf --set-rpath "$(printf '/long/%.0s' {1..400})" site/libone.so
	patchelf --replace-needed libc.so.6 libc.so.6 --set-soname "$(printf 'x%.0s' {1..900})" \
		--add-rpath '$ORIGIN/deep' site/libtwo.so
	strip_site
	for f in site/lib*.so; do
		python3 "$same" "$f" "out/$f"
		python3 -c 'import ctypes, sys; assert ctypes.CDLL(sys.argv[1]).answer(1) == 16' "./out/$f"
		[ "$(gzip -9 <"out/$f" | wc -c)" -lt $(($(gzip -9 <"$f" | wc -c) * 6 / 10)) ]
	done
	readelf -d out/site/libone.so | grep -q /long/
}

@test "left alone: archives, objects, appended data, truncated files; the debug link stays" {
	gcc -g -c -fPIC lib.c -o lib.so.o
	ar rcs site/libx.so.a lib.so.o
	cp lib.so.o site/object.so
	gcc -g -shared -fPIC lib.c -o site/linked.so
	objcopy --only-keep-debug site/linked.so linked.debug
	cp site/linked.so site/appended.so && printf 'PK\5\6' >>site/appended.so
	head -c 9000 site/linked.so >site/cut.so
	objcopy --add-gnu-debuglink=linked.debug site/linked.so
	strip_site
	for f in libx.so.a object.so appended.so cut.so; do
		cmp "site/$f" "out/site/$f"
	done
	[ "$(result object.so)" = "neither a library nor a program" ]
	[ "$(result appended.so)" = "data that no section accounts for" ]
	[ "$(result cut.so)" = "truncated or damaged" ]
	[ "$(result libx.so.a)" = "" ]
	readelf -SW out/site/linked.so | grep -q gnu_debuglink
	[ "$(result linked.so)" = stripped ]
}

@test "RECORD tells the truth about stripped files, and without --strip nothing changes" {
	rm -r site && cp -R "$small" site
	gcc -g -shared -fPIC lib.c -o site/alpha/native.so
	python3 - <<-'PY'
	import base64, hashlib
	data = open("site/alpha/native.so", "rb").read()
	digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
	open("site/alpha-1.0.dist-info/RECORD", "a").write(f"alpha/native.so,sha256={digest},{len(data)}\n")
	PY
	strip_site
	python3 - <<-'PY'
	import base64, csv, hashlib, os
	seen = set()
	for path, digest, size in csv.reader(open("out/site/alpha-1.0.dist-info/RECORD")):
	    if size:
	        data = open("out/site/" + path, "rb").read()
	        want = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
	        assert (digest, int(size)) == ("sha256=" + want, len(data)), path
	        seen.add(path)
	assert "alpha/native.so" in seen
	PY
	[ "$(stat -c %s out/site/alpha/native.so)" -lt "$(stat -c %s site/alpha/native.so)" ]
	importtrace prune --safety all --root site=site -o plain/ -q
	cmp site/alpha/native.so plain/site/alpha/native.so
	importtrace prune --safety all --root site=site -o a.zip --strip -q -j1
	importtrace prune --safety all --root site=site -o b.zip --strip -q -j3
	cmp a.zip b.zip
}
