/* pyc headers, names and hashes. */
#include "test.h"

#include "base/mem.h"
#include "base/siphash.h"
#include "layer/pyc.h"

#include <string.h>

/* _imp.source_hash(magic, bytes((i * 7 + n) & 255 for i in range(n))) of each CPython. */
static const struct {
	uint32_t magic;
	int minor;
	size_t n;
	uint64_t hash;
} vectors[] = {
	/* 3.10 */
	{0xa0d0d6f, 10, 0, 0x27fde72525cdc08c},
	{0xa0d0d6f, 10, 1, 0x1bc033115614fbe5},
	{0xa0d0d6f, 10, 7, 0xba6f53e17ca5f3ed},
	{0xa0d0d6f, 10, 8, 0xa56652a02645a716},
	{0xa0d0d6f, 10, 15, 0x63f11a71b22fddb0},
	{0xa0d0d6f, 10, 64, 0xac8167d1500963ec},
	{0xa0d0d6f, 10, 1000, 0x17909faa7b2121fb},
	/* 3.11 */
	{0xa0d0da7, 11, 0, 0x737fe8d5d59c8d73},
	{0xa0d0da7, 11, 1, 0x515b84daf6a5c847},
	{0xa0d0da7, 11, 7, 0x00560e41b3cf04a1},
	{0xa0d0da7, 11, 8, 0x683a8c0877901e0d},
	{0xa0d0da7, 11, 15, 0x010a457e21c5f448},
	{0xa0d0da7, 11, 64, 0xaf6a0af7dc486c04},
	{0xa0d0da7, 11, 1000, 0x28401e2943b2bf59},
	/* 3.12 */
	{0xa0d0dcb, 12, 0, 0x257a38c9ed8ef1ba},
	{0xa0d0dcb, 12, 1, 0x0233b7e3c59bf3cb},
	{0xa0d0dcb, 12, 7, 0x8607df2013b8b239},
	{0xa0d0dcb, 12, 8, 0xfe3d9d8b9eddbb75},
	{0xa0d0dcb, 12, 15, 0xb0b98da280b54c61},
	{0xa0d0dcb, 12, 64, 0xba7dea8e1561e441},
	{0xa0d0dcb, 12, 1000, 0x1814e0719747e27f},
	/* 3.13 */
	{0xa0d0df3, 13, 0, 0x14b8932f316dec27},
	{0xa0d0df3, 13, 1, 0x4c29bb42ebec7e57},
	{0xa0d0df3, 13, 7, 0x359ed25abfb9be4a},
	{0xa0d0df3, 13, 8, 0xe9bb8962a76c985c},
	{0xa0d0df3, 13, 15, 0x94b6be4361e4e7cd},
	{0xa0d0df3, 13, 64, 0x0c9476555ed39c93},
	{0xa0d0df3, 13, 1000, 0xa1bc6eacacbeef4e},
	/* 3.7 */
	{0xa0d0d42, 7, 0, 0xa7b683bdaa0cee85},
	{0xa0d0d42, 7, 1, 0x1e8130a586b118f0},
	{0xa0d0d42, 7, 7, 0xa8eb5f518baea214},
	{0xa0d0d42, 7, 8, 0xa568e5cc7bc11258},
	{0xa0d0d42, 7, 15, 0xee408cc785427d1e},
	{0xa0d0d42, 7, 64, 0x56e27f262d258b35},
	{0xa0d0d42, 7, 1000, 0x8ea565b817bdcef1},
	/* 3.8 */
	{0xa0d0d55, 8, 0, 0xe9e843361b88e481},
	{0xa0d0d55, 8, 1, 0xb562ad89b9858ff9},
	{0xa0d0d55, 8, 7, 0x5a7438a09ee1b1cb},
	{0xa0d0d55, 8, 8, 0x099aeaba6ed8e60c},
	{0xa0d0d55, 8, 15, 0xde1397eaec3aed26},
	{0xa0d0d55, 8, 64, 0x40c079ac10404d8f},
	{0xa0d0d55, 8, 1000, 0xf797811d41f51843},
	/* 3.9 */
	{0xa0d0d61, 9, 0, 0x5f1c5b3ec8b70bac},
	{0xa0d0d61, 9, 1, 0x40490e1825dc9a79},
	{0xa0d0d61, 9, 7, 0x7b8489b5bca38480},
	{0xa0d0d61, 9, 8, 0x7312b79d9cd992cb},
	{0xa0d0d61, 9, 15, 0x935632e57a5eb6ff},
	{0xa0d0d61, 9, 64, 0xd94b754f45e4e027},
	{0xa0d0d61, 9, 1000, 0xdb3d542370b972f8},
};

static void source_hash_is_that_of_each_python(void **state)
{
	unsigned char data[1000];

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(vectors); k++) {
		for (size_t i = 0; i < vectors[k].n; i++)
			data[i] = (unsigned char)(i * 7 + vectors[k].n);
		assert_int_equal(
			pyc_source_hash(vectors[k].magic, vectors[k].minor, data, vectors[k].n),
			vectors[k].hash);
	}
}

/* The paper's own vector: key 00 … 0f, message 00 … 0e, SipHash-2-4. */
static void siphash_is_that_of_the_paper(void **state)
{
	unsigned char message[15];

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (unsigned char)i;
	assert_int_equal(siphash(2, 4, 0x0706050403020100, 0x0f0e0d0c0b0a0908, message, 15),
			 0xa129ca6149be45e5);
}

/* 3.11, timestamp, mtime 0x01020304, size 5, then a code object. */
#define TIMED "\xa7\x0d\r\n\0\0\0\0\4\3\2\1\5\0\0\0\xe3"

static void probe_tells_the_kinds_apart(void **state)
{
	unsigned char h[] = TIMED;
	struct pyc p = {0};

	(void)state;
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_TIMED);
	assert_int_equal(p.minor, 11);
	assert_int_equal(p.mtime, 0x01020304);
	assert_int_equal(p.size, 5);
	h[4] = 3;
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_CHECKED);
	h[4] = 1;
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_UNCHECKED);
	assert_int_equal(p.hash, 0x0000000501020304);
	for (unsigned flags = 2; flags < 256; flags++) {
		h[4] = (unsigned char)flags;
		if (flags != 3)
			assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_DAMAGED);
	}
}

static void probe_survives_what_is_no_bytecode(void **state)
{
	unsigned char h[] = TIMED;
	struct pyc p = {0};

	(void)state;
	for (size_t n = 0; n < PYC_PROBE; n++)
		assert_int_equal(pyc_probe(h, n, &p), PYC_DAMAGED);
	h[PYC_HEADER] = 'i';
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_DAMAGED);
	h[PYC_HEADER] = 'c';
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_TIMED);
	/* 3.6 (another header), PyPy 3.9, Python 2.7. */
	for (size_t k = 0; k < 3; k++) {
		h[0] = (unsigned char[]){0x33, 0x50, 0x03}[k];
		h[1] = (unsigned char[]){0x0d, 0x01, 0xf3}[k];
		assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_FOREIGN);
	}
	assert_int_equal(pyc_probe("#!/bin/sh\n", 10, &p), PYC_DAMAGED);
}

static void current_is_what_cpython_takes_for_current(void **state)
{
	struct pyc p = {.mtime = 1000, .size = 5};

	(void)state;
	assert_true(pyc_is_current(&p, 5, INT64_C(1000000000000)));
	assert_true(pyc_is_current(&p, 5, INT64_C(1000999999000)));
	assert_true(pyc_is_current(&p, 5 + (UINT64_C(1) << 32), INT64_C(1000000000000)));
	assert_false(pyc_is_current(&p, 6, INT64_C(1000000000000)));
	assert_false(pyc_is_current(&p, 5, INT64_C(1001000000000)));
	assert_false(pyc_is_current(&p, 5, INT64_C(999000000000)));
	/* python3 -c 'import os; os.utime("x", ns=(t, t)); print(int(os.stat("x").st_mtime))' with
	 * t = 1700000000999999999 prints 1700000001: a float has no room for the last digits. */
	p.mtime = 1700000001;
	assert_true(pyc_is_current(&p, 5, INT64_C(1700000000999999999)));
}

static void unchecked_keeps_magic_and_code(void **state)
{
	unsigned char h[] = TIMED;
	struct pyc p = {0};

	(void)state;
	pyc_set_unchecked(h, 0x1122334455667788);
	assert_int_equal(pyc_probe(h, PYC_PROBE, &p), PYC_UNCHECKED);
	assert_int_equal(p.hash, 0x1122334455667788);
	assert_int_equal(p.magic, 0x0a0d0da7);
	assert_int_equal(h[PYC_HEADER], 0xe3);
}

static void assert_name(const char *path, const char *source, const char *tag, const char *opt)
{
	struct pyc_name n;
	CLEANUP_FREE char *back = NULL;

	assert_true(pyc_name_parse(path, &n));
	assert_string_equal(n.source, source);
	assert_string_equal(n.tag, tag);
	assert_string_equal(n.opt, opt);
	back = pyc_name_make(n.source, n.tag, n.opt);
	assert_string_equal(back, path);
	free(n.source);
}

static void names_are_those_of_pep_3147_and_488(void **state)
{
	static const char *const wrong[] = {
		"x.pyc",
		"a/x.cpython-311.pyc",
		"__pycache__/x.pyc",
		"__pycache__/.cpython-311.pyc",
		"__pycache__/x.cpython-311.opt-.pyc",
		"__pycache__/x.cpython-311.py",
		"__pycache__/.pyc",
		"my__pycache__/x.cpython-311.pyc",
		"__pycache__/d/x.cpython-311.pyc",
		"__pycache__/x.cpython-311cpython-311cpython-311cpython-311.pyc",
	};
	struct pyc_name n;

	(void)state;
	assert_name("__pycache__/x.cpython-311.pyc", "x.py", "cpython-311", "");
	assert_name("a/b/__pycache__/x.cpython-38.opt-2.pyc", "a/b/x.py", "cpython-38", "2");
	assert_name("a/__pycache__/x.y.pypy39.pyc", "a/x.y.py", "pypy39", "");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(pyc_name_parse(wrong[i], &n));
	assert_int_equal(pyc_tag_minor("cpython-38"), 8);
	assert_int_equal(pyc_tag_minor("cpython-313"), 13);
	assert_int_equal(pyc_tag_minor("cpython-3"), -1);
	assert_int_equal(pyc_tag_minor("pypy39"), -1);
	assert_int_equal(pyc_tag_minor("cpython-3x"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_hash_is_that_of_each_python),
		cmocka_unit_test(siphash_is_that_of_the_paper),
		cmocka_unit_test(probe_tells_the_kinds_apart),
		cmocka_unit_test(probe_survives_what_is_no_bytecode),
		cmocka_unit_test(current_is_what_cpython_takes_for_current),
		cmocka_unit_test(unchecked_keeps_magic_and_code),
		cmocka_unit_test(names_are_those_of_pep_3147_and_488),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
