#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan/scan.h"

#include <string.h>

/* The facts of a source as one line each; strings only where `strings` says so. */
static char *facts_text_of(const char *source, size_t len, bool strings)
{
	static const char kinds[] = {'I', 'M', 'D', 'P', 'S'};
	struct buf out = {0};
	struct facts f;

	scan_python(source, len, &(struct scan_options){0}, &f);
	for (size_t i = 0; i < f.n; i++) {
		const struct fact *one = &f.list[i];

		if ((one->kind == FACT_STRING) != strings)
			continue;
		buf_addf(&out, "%c%u", kinds[one->kind], one->line);
		if (one->flags)
			buf_addf(&out, "/%u", one->flags);
		if (one->kind == FACT_FROM)
			buf_addf(&out, " %u:%s", one->level, fact_module(&f, one));
		buf_addf(&out, " %s\n", fact_name(&f, one));
	}
	if (f.invalid)
		buf_addf(&out, "!%u %s\n", f.invalid_line, f.invalid);
	facts_free(&f);
	return buf_take(&out);
}

static void expect(const char *source, bool strings, const char *want)
{
	CLEANUP_FREE char *text = facts_text_of(source, strlen(source), strings);

	assert_string_equal(text, want);
}

static void every_form_of_import(void **state)
{
	(void)state;
	expect("import a, b.c as d; import e\n", false, "I1 a\nI1 b.c\nI1 e\n");
	expect("from a import (b,\n  c as d,)\nfrom . import x\nfrom ...p.q import *\n", false,
	       "M1 0:a b\nM1 0:a c\nM3 1: x\nM4 3:p.q *\n");
	expect("import a\\\n  .b\r\nimport c\rimport d", false, "I1 a.b\nI3 c\nI4 d\n");
	expect("x.import_module('a.b')\n__import__(\"c\")\nimport_module(f'd.{x}')\n"
	       "import_module('e.' + x)\nimport_module('f%s' % x)\nimport_module(x)\n",
	       false, "D1 a.b\nD2 c\nP3 d.\nP4 e.\nP5 f\n");
	expect("lazy import a\nlazy from b import c\nlazy = 1\nlazy.x()\n", false,
	       "I1/32 a\nM2/32 0:b c\n");
	expect("important = 1\n'import a'\n# import b\nx.import_\n", false, "");
	expect("\xef\xbb\xbfimport a\n", false, "I1 a\n");
	expect("# coding: latin-1\nx = '\xe9'\nimport a\n", false, "I3 a\n");
}

static void where_an_import_stands(void **state)
{
	(void)state;
	expect("def f():\n\timport a\nimport b\nclass C:\n import c\n", false,
	       "I2/1 a\nI3 b\nI5 c\n");
	expect("if TYPE_CHECKING: import a\nelse: import b\nif t.TYPE_CHECKING:\n import c\n"
	       "if not TYPE_CHECKING:\n import d\n",
	       false, "I1/6 a\nI2/4 b\nI4/6 c\nI6/4 d\n");
	expect("try:\n import a\n def f():\n  import b\nexcept (KeyError, ImportError):\n"
	       " import c\nelse:\n import d\n",
	       false, "I2/12 a\nI4/5 b\nI6/4 c\nI8/4 d\n");
	expect("try:\n import a\nexcept ImportError as e:\n raise X from e\n", false, "I2/28 a\n");
	expect("try:\n import a\nfinally:\n pass\ntry: import b\nexcept: pass\n", false,
	       "I2/4 a\nI5/12 b\n");
	expect("with suppress(ImportError):\n import a\n", false, "I2/12 a\n");
	expect("match x:\n case 1: import a\n case 2:\n  import b\nimport c\n", false,
	       "I2/4 a\nI4/4 b\nI5 c\n");
	expect("if (y := lambda: 0) or {1: 2}[1:2]: import a\n", false, "I1/4 a\n");
}

static void strings_of_every_prefix(void **state)
{
	(void)state;
	expect("'a' \"b\"; r'\\n'; u'c'; b'no'; '\\x41\\102\\u0043'\n", true,
	       "S1 ab\nS1 \\n\nS1 c\nS1 ABC\n");
	expect("('a.'\n # comment\n 'b')\n'''x'y''z'''\n'''two\nlines'''\n", true,
	       "S1 a.b\nS4 x'y''z\n");
	expect("f'a{x}b{{c' 'd'\n", true, "S1 a\nS1 b{cd\n");
	expect("f'{d[\"k\"]!r:>{w}}'\n", true, "S1 k\nS1 >\n");
	expect("f'{x != y}{(lambda: 1)}{x:=5}'; 'z'\n", true, "S1 =5\nS1 z\n");
	/* PEP 701: the same quotes inside, nested, over lines, with comments */
	expect("f'{d['k']}{f'{f'n'}'}{\nx # it's\n}'\nimport a\n", true, "S1 k\nS1 n\n");
	expect("f'{d['k']}{f'{f'n'}'}{\nx # it's\n}'\nimport a\n", false, "I4 a\n");
	expect("rf'\\{x}\\'' 'y'\n", true, "S1 \\\nS1 \\'y\n");
}

static void what_is_no_python_is_said_so(void **state)
{
	(void)state;
	expect("import a\nx = 'open\nimport b\n", false, "I1 a\nI3 b\n!2 a string is not ended\n");
	expect("x = (1\nimport a\n", false, "!3 a bracket is not closed\n");
	expect("if x:\n    y\n  import a\n", false,
	       "I3 a\n!3 a line's indentation fits no block\n");
	expect("import\nfrom . import a\n", false,
	       "M2 1: a\n!2 an import statement is not understood\n");
	expect("# -*- coding: utf-16 -*-\nimport a\n", false,
	       "I2 a\n!1 its encoding is not an extension of ASCII\n");
}

/* A source made of `n` times `unit` between `head` and `tail`. */
static void bounded(const char *head, const char *unit, size_t n, const char *tail)
{
	struct buf b = {0};
	CLEANUP_FREE char *text = NULL;

	buf_addstr(&b, head);
	for (size_t i = 0; i < n; i++)
		buf_addstr(&b, unit);
	buf_addstr(&b, tail);
	text = facts_text_of(b.data, b.len, false);
	assert_true(strlen(text) < (size_t)200 << 20);
	buf_free(&b);
}

static void nested_blocks(size_t n)
{
	CLEANUP_BUF struct buf b = {0};
	CLEANUP_FREE char *text = NULL;

	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%*sif x:\n", (int)i, "");
	buf_addf(&b, "%*simport a\n", (int)n, "");
	text = facts_text_of(b.data, b.len, false);
	assert_string_equal(text, "!101 blocks are nested too deeply\n");
}

static void hostile_sources_are_bounded(void **state)
{
	CLEANUP_FREE char *text = facts_text_of("a\0b\nimport c\n", 13, false);

	(void)state;
	assert_string_equal(text, "I2 c\n!1 it holds a NUL byte\n");
	bounded("x = ", "(", 10000, ")\n");
	bounded("", "f'{", 10000, "}'\n");
	bounded("", "f'{x:{", 10000, "}'\n");
	bounded("x = '", "a", (size_t)50 << 20, "'\n");
	bounded("", "import a\n", (size_t)3 << 20, "");
	bounded("", "if x:\n", 10000, "");
	bounded("if a: ", "if x: ", 10000, "y\n");
	bounded("", "'a' ", 1000000, "\n");
	bounded("", "\\\n", 1000000, "\n");
	bounded("import ", "a.", 1000000, "b\n");
	nested_blocks(200);
}

static bool likes_ab(const void *ctx, const char *s, size_t len)
{
	(void)ctx;
	return len == 2 && memcmp(s, "ab", 2) == 0;
}

static void only_wanted_strings_and_each_once(void **state)
{
	const char *source = "'ab'\n'x'\n'ab'\n";
	struct scan_options opt = {.wants = likes_ab};
	struct facts f;

	(void)state;
	scan_python(source, strlen(source), &opt, &f);
	assert_int_equal(f.n, 1);
	assert_string_equal(fact_name(&f, &f.list[0]), "ab");
	assert_int_equal(f.list[0].line, 1);
	facts_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_import),
		cmocka_unit_test(where_an_import_stands),
		cmocka_unit_test(strings_of_every_prefix),
		cmocka_unit_test(what_is_no_python_is_said_so),
		cmocka_unit_test(hostile_sources_are_bounded),
		cmocka_unit_test(only_wanted_strings_and_each_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
