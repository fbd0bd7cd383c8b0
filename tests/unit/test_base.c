#include "test.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>

static void path_clean_takes_dots_textually(void **state)
{
	static const char *const cases[][2] = {
		{"/a//b/./c/", "/a/b/c"},
		{"/a/../..", "/"},
		{"a/../../b", "../b"},
		{"", "."},
		{"/", "/"},
		{"./a", "a"},
		{"a/..", "."},
		{"/..a/b.", "/..a/b."},
		{"../../x", "../../x"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE char *got = path_clean(cases[i][0]);

		assert_string_equal(got, cases[i][1]);
	}
}

static void path_below_respects_components(void **state)
{
	(void)state;
	assert_string_equal(path_below("/a/b/c", "/a/b"), "c");
	assert_string_equal(path_below("/a/b", "/a/b"), "");
	assert_string_equal(path_below("/a", "/"), "a");
	assert_null(path_below("/a/bc", "/a/b"));
	assert_null(path_below("/a", "/a/b"));
}

static void utf8_is_rfc3629(void **state)
{
	(void)state;
	assert_true(utf8_valid("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d", 10));
	assert_false(utf8_valid("\xff", 1));
	assert_false(utf8_valid("\xc0\xaf", 2));
	assert_false(utf8_valid("\xed\xa0\x80", 3));
	assert_false(utf8_valid("\xf4\x90\x80\x80", 4));
	assert_false(utf8_valid("\xe2\x82", 2));
	assert_false(utf8_valid("a\0b", 3));
}

static void error_gains_context(void **state)
{
	CLEANUP_ERROR struct error e = {0};

	(void)state;
	assert_int_equal(error_errno(&e, ENOENT, "cannot open %s", "x"), -ENOENT);
	assert_int_equal(error_add(&e, "reading the trace"), -ENOENT);
	assert_string_equal(error_text(&e),
			    "reading the trace: cannot open x: No such file or directory");
}

static void strmap_finds_what_was_added(void **state)
{
	CLEANUP_STRMAP struct strmap m = {0};
	bool is_new;

	(void)state;
	assert_null(strmap_find(&m, "a", 1));
	assert_int_equal(*strmap_add(&m, "a", 1, 7, &is_new), 7);
	assert_true(is_new);
	assert_int_equal(*strmap_add(&m, "a", 1, 9, &is_new), 7);
	assert_false(is_new);
	assert_int_equal(*strmap_find(&m, "a", 1), 7);
	assert_null(strmap_find(&m, "ab", 2));
}

/* Memory in use grows with the keys, whatever chains chance makes. */
static void strmap_grows_with_its_keys(void **state)
{
	enum { KEYS = 100000, EACH = 200 };
	CLEANUP_STRMAP struct strmap m = {0};
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

	(void)state;
	for (size_t i = 0; i < KEYS; i++) {
		CLEANUP_FREE char *key = xasprintf("some/directory/file-%zu.py", i);

		strmap_add(&m, key, strlen(key), i, NULL);
	}
	assert_in_range(mallinfo2().uordblks + mallinfo2().hblkhd - before, 0, KEYS * EACH);
	assert_int_equal(*strmap_find(&m, "some/directory/file-4711.py", 27), 4711);
}

static void json_refuses(const char *text, size_t len, const char *message)
{
	CLEANUP_ERROR struct error e = {0};
	struct json *j = json_parse(text, len, &e);

	if (j)
		fail_msg("accepted: %s", text);
	assert_int_equal(e.code, EINVAL);
	assert_non_null(strstr(error_text(&e), message));
}

static void json_input_is_hostile(void **state)
{
	CLEANUP_BUF struct buf deep = {0};

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_addch(&deep, '[');
	json_refuses(deep.data, deep.len, "nested too deeply");
	json_refuses("{\"a\": [1,\n 2", 11, "line 2");
	json_refuses("\"a\\u0000b\"", 10, "NUL character");
	json_refuses("{}x", 3, "something follows");
	json_refuses("", 0, "not JSON");
	json_refuses("{\"a\":}", 6, "not JSON");
	json_refuses("\"abc", 4, "inside a string");
	json_refuses("[1]\0", 4, "NUL byte");
}

/* What an object with the one member looks like, less its braces. Takes the object. */
static void assert_member(const struct buf *text, struct json *object)
{
	CLEANUP_BUF struct buf whole = {0};

	json_print(object, &whole);
	json_free(object);
	assert_int_equal(text->len, whole.len - 2);
	assert_memory_equal(text->data, whole.data + 1, text->len);
}

static void json_prints_without_nodes_what_it_prints_with_them(void **state)
{
	static const char *const texts[] = {"",          "/a b~",   "/\"q\"",
					    "\\",        "/\n\x01", "/\x7f",
					    "/\xc3\xa9", "/a\xff",  "/\xed\xa0\x80"};
	static const int64_t numbers[] = {0,
					  -1,
					  7,
					  10,
					  INT64_C(1) << 53,
					  (INT64_C(1) << 53) + 1,
					  -(INT64_C(1) << 53) - 1,
					  INT64_MAX,
					  INT64_MIN};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CLEANUP_BUF struct buf text = {0};
		struct json *object = json_object();

		json_print_bytes("path", texts[i], &text);
		json_set_bytes(object, "path", texts[i]);
		assert_member(&text, object);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		CLEANUP_BUF struct buf text = {0};
		struct json *object = json_object();
		int64_t back = 0;

		json_print_int("n", numbers[i], &text);
		json_set_int(object, "n", numbers[i]);
		assert_true(json_int(json_get(object, "n"), &back));
		assert_int_equal(back, numbers[i]);
		assert_member(&text, object);
	}
}

static void json_keeps_big_numbers_and_odd_bytes(void **state)
{
	CLEANUP_JSON struct json *j = json_object(), *back = NULL;
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_FREE char *path = NULL, *plain = NULL;
	int64_t n = 0;

	(void)state;
	json_set_int(j, "n", INT64_C(1795000000123456789));
	json_set_bytes(j, "path", "/a/\xff\x01\n");
	json_set_bytes(j, "plain", "/\xc3\xa9\"\n\x01");
	json_print(j, &text);
	back = json_parse(text.data, text.len, &e);
	assert_non_null(back);
	assert_true(json_int(json_get(back, "n"), &n));
	assert_int_equal(n, INT64_C(1795000000123456789));
	path = json_get_bytes(back, "path");
	assert_string_equal(path, "/a/\xff\x01\n");
	plain = json_get_bytes(back, "plain");
	assert_string_equal(plain, "/\xc3\xa9\"\n\x01");
	assert_null(json_get(back, "path"));
}

static void outfile_appears_only_when_committed(void **state)
{
	char dir[] = "/tmp/importtrace-test-XXXXXX";
	CLEANUP_FREE char *target = NULL;
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_OUTFILE struct outfile f = OUTFILE_NONE;
	CLEANUP_BUF struct buf got = {0};

	(void)state;
	assert_non_null(mkdtemp(dir));
	target = xasprintf("%s/out", dir);
	assert_int_equal(outfile_open(target, &f, &e), 0);
	assert_int_equal(write_all(f.fd, "new", 3), 0);
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(outfile_commit(&f, &e), 0);
	assert_int_equal(file_read(target, 100, &got, &e), 0);
	assert_string_equal(got.data, "new");
	assert_int_equal(outfile_open(target, &f, &e), 0);
	assert_int_equal(write_all(f.fd, "half", 4), 0);
	outfile_discard(&f);
	assert_int_equal(file_read(target, 100, &got, &e), 0);
	assert_string_equal(got.data, "new");
	assert_int_equal(outfile_open(dir, &f, &e), -EISDIR);
	assert_int_equal(file_read(target, 2, &got, &e), -EFBIG);
	unlink(target);
	assert_int_equal(rmdir(dir), 0); /* no litter */
}

/* Each record's first field, with '|' behind it. */
static char *first_fields(const char *text, size_t len)
{
	struct csv in = {text, text + len};
	const char *record;
	struct buf out = {0};
	size_t n;

	while (csv_next(&in, &record, &n)) {
		csv_first(record, n, &out);
		buf_addch(&out, '|');
	}
	return buf_take(&out);
}

static void csv_records_are_rfc4180(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"a,b\nc,d", "a|c|"},
		{"a\r\n\r\nb\n", "a||b|"},
		{"\"a,b\",1\n", "a,b|"},
		{"\"a\nb\",1\nc\n", "a\nb|c|"},
		{"\"a\"\"b\",1\n", "a\"b|"},
		{"x,\"1\n2\",3\ny\n", "x|y|"},
		{"\"\",1\n", "|"},
		{"\"a\"b,1\n", "ab|"},
		{"a\"b\nc\n", "a\"b|c|"},
		{"\"open,1\nc\n", "\"open|c|"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE char *got = first_fields(cases[i][0], strlen(cases[i][0]));

		assert_string_equal(got, cases[i][1]);
	}
}

static void csv_takes_nuls_and_long_quotes(void **state)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_FREE char *nul = first_fields("a\0b,c\nd\n", 9), *big = NULL;

	(void)state;
	assert_memory_equal(nul, "a\0b|d|", 6);
	buf_addch(&text, '"');
	for (size_t i = 0; i < CSV_QUOTED_MAX; i++)
		buf_addch(&text, 'x');
	buf_addstr(&text, "\nb\"\n");
	big = first_fields(text.data, text.len);
	assert_string_equal(big + CSV_QUOTED_MAX + 1, "|b\"|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_clean_takes_dots_textually),
		cmocka_unit_test(path_below_respects_components),
		cmocka_unit_test(utf8_is_rfc3629),
		cmocka_unit_test(error_gains_context),
		cmocka_unit_test(strmap_finds_what_was_added),
		cmocka_unit_test(strmap_grows_with_its_keys),
		cmocka_unit_test(json_input_is_hostile),
		cmocka_unit_test(json_keeps_big_numbers_and_odd_bytes),
		cmocka_unit_test(json_prints_without_nodes_what_it_prints_with_them),
		cmocka_unit_test(outfile_appears_only_when_committed),
		cmocka_unit_test(csv_records_are_rfc4180),
		cmocka_unit_test(csv_takes_nuls_and_long_quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
