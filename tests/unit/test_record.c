/* RECORD lines follow what the writer changed. */
#include "test.h"

#include "base/mem.h"
#include "layer/member.h"
#include "layer/record.h"

#include <string.h>

static char *edited(struct record_log *log, const char *name, const char *text)
{
	CLEANUP_MEMBERS struct members m = {0};
	struct member *one = members_add(&m, xstrdup(name), MEMBER_FILE, 0644);

	one->data = xstrdup(text);
	one->data_len = one->size = strlen(text);
	record_apply(log, &m);
	assert_int_equal(m.list[0].size, m.list[0].data_len);
	return xstrndup(m.list[0].data, m.list[0].data_len);
}

static void assert_edited(struct record_log *log, const char *name, const char *text,
			  const char *want)
{
	CLEANUP_FREE char *got = edited(log, name, text);

	assert_string_equal(got, want);
}

static void lines_follow(void **state)
{
	CLEANUP_RECORD_LOG struct record_log log = {0};
	const unsigned char hash[32] = {0xfb, 0xff, [31] = 1};

	(void)state;
	record_gone(&log, "python/a/__pycache__/x.cpython-311.pyc", "stale");
	record_added(&log, "python/a/x.py", "python/a/__pycache__/x.cpython-312.pyc");
	record_added(&log, "python/a/x.py", "python/a/__pycache__/x.cpython-312.opt-1.pyc");
	record_renamed(&log, "python/a/y.py", "python/a/y.pyc", "replaced");
	record_changed(&log, "python/a/z.so", hash, 12);
	assert_edited(&log, "python/a-1.dist-info/RECORD",
		      "a/x.py,sha256=q,1\r\na/__pycache__/x.cpython-311.pyc,,\na/y.py,sha256=q,1\n"
		      "\"a/z.so\",sha256=q,99\na/../b,,\nRECORD,,",
		      "a/x.py,sha256=q,1\n"
		      "a/__pycache__/x.cpython-312.opt-1.pyc,,\n"
		      "a/__pycache__/x.cpython-312.pyc,,\n"
		      "a/y.pyc,,\n"
		      "\"a/z.so\",sha256=-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE,12\n"
		      "a/../b,,\nRECORD,,\n");
}

static void names_are_relative_to_the_site(void **state)
{
	CLEANUP_RECORD_LOG struct record_log log = {0};

	(void)state;
	record_gone(&log, "a/x.py", "stale");
	assert_string_equal(record_why_gone(&log, "a/x.py"), "stale");
	assert_null(record_why_gone(&log, "a/y.py"));
	record_added(&log, "lib/b, c.py", "lib/__pycache__/b, c.q\"1.pyc");
	assert_edited(&log, "a-1.dist-info/RECORD", "a/x.py,,\nb,,\n", "b,,\n");
	assert_edited(&log, "lib/a-1.dist-info/RECORD", "a/x.py,,\n../a/x.py,,\n\"b, c.py\",x,1\n",
		      "a/x.py,,\n\"b, c.py\",x,1\n\"__pycache__/b, c.q\"\"1.pyc\",,\n");
	/* Not a RECORD of a distribution. */
	assert_edited(&log, "RECORD", "a/x.py,,\n", "a/x.py,,\n");
}

static void assert_united(const char *now, const char *all, const char *want)
{
	CLEANUP_BUF struct buf got = {0};

	record_unite(now, strlen(now), all, strlen(all), &got);
	assert_string_equal(got.data ? got.data : "", want);
}

static void two_records_unite(void **state)
{
	(void)state;
	assert_united("a,h,1\nc,,\n", "a,H,9\nb,h,2\nc,h,3\n", "a,h,1\nb,h,2\nc,,\n");
	/* What only the layer has stays behind its predecessor. */
	assert_united("top,,\na,,\na.pyc,,\nc,,\nend,,", "a,,\nb,,\nc,,\n",
		      "top,,\na,,\na.pyc,,\nb,,\nc,,\nend,,\n");
	assert_united("", "a,,\n", "a,,\n");
	assert_united("\"a,1\",x,1\n", "\"a,1\",,\n", "\"a,1\",x,1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_follow),
		cmocka_unit_test(two_records_unite),
		cmocka_unit_test(names_are_relative_to_the_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
