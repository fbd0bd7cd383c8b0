#include "test.h"

#include "base/mem.h"
#include "plan/baseline.h"

#include <errno.h>
#include <string.h>

static const char sample[] = "importtrace-baseline 1\n"
			     "## a comment of the program's\n"
			     "accept junk numpy/tests/*\n"
			     "# because we ship by S3\n"
			     "budget total 250MB\n"
			     "budget package:litellm 40MB\n"
			     "limits lambda\n"
			     "package b 2.0 files=2 bytes=20 zipped=10\n"
			     "package a 1.0 files=1 bytes=10 zipped=5\n"
			     "library a/x%20y.so package=a soname=- bytes=7 zipped=3\n";

static void parse_ok(const char *text, struct baseline *b)
{
	CLEANUP_ERROR struct error e = {0};

	if (baseline_parse(text, strlen(text), b, &e) < 0)
		fail_msg("%s", error_text(&e));
}

/* The error for a text, and that nothing is left behind. */
static void refused(const char *text, int code, const char *message)
{
	CLEANUP_ERROR struct error e = {0};
	struct baseline b;

	assert_int_equal(baseline_parse(text, strlen(text), &b, &e), -code);
	if (!strstr(error_text(&e), message))
		fail_msg("'%s' has no '%s'", error_text(&e), message);
	assert_null(b.figures.packages);
	assert_null(b.settings.list);
}

static void reads_lines_in_any_order(void **state)
{
	CLEANUP_BASELINE struct baseline b = {0};
	uint64_t v = 0;

	(void)state;
	parse_ok(sample, &b);
	assert_int_equal(b.figures.n_packages, 2);
	assert_string_equal(b.figures.packages[0].name, "a");
	assert_int_equal(b.figures.total.bytes, 30);
	assert_int_equal(b.figures.total.zipped, 15);
	assert_true(b.figures.zipped_known);
	assert_string_equal(b.figures.libraries[0].path, "a/x y.so");
	assert_string_equal(b.figures.libraries[0].soname, "");
	assert_true(settings_size(&b.settings, "budget total", &v));
	assert_int_equal(v, 250000000);
	assert_true(settings_size(&b.settings, "budget package:litellm", &v));
	assert_int_equal(v, 40000000);
}

static void writes_what_it_reads(void **state)
{
	CLEANUP_BASELINE struct baseline b = {0}, again = {0};
	CLEANUP_BUF struct buf first = {0}, second = {0};

	(void)state;
	parse_ok(sample, &b);
	baseline_format(&b.settings, &b.figures, &first);
	parse_ok(first.data, &again);
	baseline_format(&again.settings, &again.figures, &second);
	assert_string_equal(first.data, second.data);
	assert_non_null(strstr(first.data, "# because we ship by S3\nbudget total 250MB\n"));
	assert_non_null(strstr(first.data, "a/x%20y.so"));
	assert_null(strstr(first.data, "a comment of the program's"));
}

static void hostile_names_survive(void **state)
{
	static const char *const names[] = {
		"-", "", "a b", "x\ny", "%41", "\xff\xfe", "<<<<<<< HEAD", "package", "\x7f"};
	struct settings none = {0};
	struct figures f = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP_BASELINE struct baseline b = {0};
		CLEANUP_BUF struct buf text = {0};
		struct package_figures p = {.name = (char *)(uintptr_t)names[i],
					    .version = (char *)(uintptr_t)names[i],
					    .amount = {.files = 1}};

		f.packages = &p;
		f.n_packages = 1;
		baseline_format(&none, &f, &text);
		parse_ok(text.data, &b);
		assert_int_equal(b.figures.n_packages, 1);
		assert_string_equal(b.figures.packages[0].name, names[i]);
		assert_string_equal(b.figures.packages[0].version, names[i]);
	}
}

#define HEAD "importtrace-baseline 1\n"

static void bad_lines_are_named(void **state)
{
	(void)state;
	refused("", EINVAL, "line 1: not a baseline");
	refused("hello\n", EINVAL, "line 1: not a baseline");
	refused("importtrace-baseline 2\n", EPROTO, "line 1: a baseline of version 2");
	refused("importtrace-baseline x\n", EINVAL, "line 1: not a version");
	refused(HEAD "<<<<<<< HEAD\n", EINVAL, "line 2: a conflict marker");
	refused(HEAD "\n=======\n", EINVAL, "line 3: a conflict marker");
	refused(HEAD ">>>>>>> branch\n", EINVAL, "line 2: a conflict marker");
	refused("<<<<<<< HEAD\n" HEAD, EINVAL, "line 1: a conflict marker");
	refused(HEAD "pakage a 1\n", EINVAL, "line 2: unknown line 'pakage a 1'");
	refused(HEAD "package a 1 files=1 bytes=1 zipped=1\npackage a 2 files=1 bytes=1 zipped=1\n",
		EINVAL, "line 3: package a is there already, in line 2");
	refused(HEAD "library a package=a soname=- bytes=1 zipped=1\n"
		     "library a package=a soname=- bytes=1 zipped=1\n",
		EINVAL, "line 3: library a is there already");
	refused(HEAD "package a 1 files=x bytes=1 zipped=1\n", EINVAL, "line 2: not a number: 'x'");
	refused(HEAD "package a 1 files=1 bytes=99999999999999999999 zipped=1\n", EINVAL,
		"line 2: not a number");
	refused(HEAD "package a 1 files=-1 bytes=1 zipped=1\n", EINVAL, "line 2: not a number");
	refused(HEAD "package a 1 bytes=1 zipped=1\n", EINVAL, "line 2: files= is missing");
	refused(HEAD "package a 1 files=1 bytes=1 zipped=1 more\n", EINVAL,
		"line 2: not expected: 'more'");
	refused(HEAD "package a%4 1 files=1 bytes=1 zipped=1\n", EINVAL, "line 2: malformed name");
	refused(HEAD "package a%00 1 files=1 bytes=1 zipped=1\n", EINVAL, "line 2: malformed name");
	refused(HEAD "package\n", EINVAL, "line 2: unknown line");
	refused(HEAD "budget total 1MB\nbudget total 2MB\n", EEXIST,
		"line 3: 'budget total' is there twice");
	refused(HEAD "budget total much\n", EINVAL, "line 2: 'budget total' wants a size");
	refused(HEAD "budget weight 1\n", EINVAL, "line 2: 'budget weight' is not known");
	refused(HEAD "budget\n", EINVAL, "line 2: 'budget' has no value");
	refused(HEAD "accept jank\n", EINVAL, "line 2: 'jank' is no id of a finding");
	refused(HEAD "option platform win32\n", EINVAL, "line 2: 'option platform' wants");
	refused(HEAD "limits azure\n", EINVAL, "line 2: 'limits' wants 'lambda'");
	refused(HEAD "package a 1 files=1 bytes=9223372036854775807 zipped=1\n"
		     "package b 1 files=1 bytes=9223372036854775807 zipped=1\n"
		     "package c 1 files=1 bytes=9223372036854775807 zipped=1\n",
		EINVAL, "line 4: the sum of the packages is too large");
}

static void carriage_returns_and_nul(void **state)
{
	CLEANUP_BASELINE struct baseline b = {0};
	CLEANUP_ERROR struct error e = {0};
	static const char nul[] = HEAD "package a\0 1\n";
	struct baseline none;

	(void)state;
	parse_ok("importtrace-baseline 1\r\npackage a 1 files=1 bytes=2 zipped=-\r\n", &b);
	assert_int_equal(b.figures.total.bytes, 2);
	assert_false(b.figures.zipped_known);
	assert_int_equal(baseline_parse(nul, sizeof(nul) - 1, &none, &e), -EINVAL);
}

static void sizes(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(size_parse("0", &v) && v == 0);
	assert_true(size_parse("250MB", &v) && v == 250000000);
	assert_true(size_parse("250MiB", &v) && v == 262144000);
	assert_true(size_parse("18446744073709551615", &v));
	assert_false(size_parse("18446744073709551616", &v));
	assert_false(size_parse("99999999999999GB", &v));
	assert_false(size_parse("-1", &v));
	assert_false(size_parse("", &v));
	assert_false(size_parse("1 MB", &v));
	assert_false(size_parse("MB", &v));
}

static void platforms(void **state)
{
	struct platform p;

	(void)state;
	assert_true(platform_parse("manylinux_2_26_aarch64", &p));
	assert_int_equal(p.libc, LIBC_GLIBC);
	assert_int_equal(p.major, 2);
	assert_int_equal(p.minor, 26);
	assert_string_equal(machine_name(p.machine, p.class_), "aarch64");
	assert_true(platform_parse("manylinux2014_x86_64", &p) && p.minor == 17);
	assert_true(platform_parse("manylinux1_i686", &p) && p.minor == 5);
	assert_true(platform_parse("musllinux_1_2_x86_64", &p) && p.libc == LIBC_MUSL);
	assert_true(platform_parse("linux_x86_64", &p) && p.libc == LIBC_ANY);
	assert_false(platform_parse("manylinux_2_x86_64", &p));
	assert_false(platform_parse("manylinux_2_26_pdp11", &p));
	assert_false(platform_parse("manylinux_+2_26_x86_64", &p));
	assert_false(platform_parse("", &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines_in_any_order),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(hostile_names_survive),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(carriage_returns_and_nul),
		cmocka_unit_test(sizes),
		cmocka_unit_test(platforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
