#include "test.h"

#include "plan/summary.h"
#include "world.h"

static void the_first_cause_of_each_reason_is_told(void **state)
{
	struct world w;
	const struct cause *why;

	(void)state;
	world_open(&w);
	put(&w, "a.py", ENTRY_FILE);
	put(&w, "b.py", ENTRY_FILE);
	touched(&w, "/site/a.py");
	decide(&w);
	plan_keep_at(&w.plan, 0, 1,
		     &(struct cause){.reason = REASON_NAME, .entry = 0, .line = 7, .text = "b"});
	plan_keep_at(&w.plan, 0, 1, &(struct cause){.reason = REASON_NAME, .entry = 0, .line = 9});
	plan_keep(&w.plan, 0, 1, REASON_DATA, 0, 0);
	assert_int_equal(reason_of(&w, "b.py"), REASON_NAME);
	why = plan_cause(&w.plan, 0, 1, REASON_NAME);
	assert_int_equal(why->line, 7);
	assert_string_equal(why->text, "b");
	assert_int_equal(plan_cause(&w.plan, 0, 1, REASON_DATA)->line, 0);
	assert_null(plan_cause(&w.plan, 0, 1, REASON_RULE));
	assert_int_equal(plan_cause(&w.plan, 0, 0, REASON_TRACED)->entry, INVENTORY_NONE);
	world_close(&w);
}

static void a_dropped_entry_gets_no_reason(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "a.py", ENTRY_FILE);
	decide(&w);
	w.plan.decisions[0][0].dropped = true;
	plan_keep(&w.plan, 0, 0, REASON_IMPORT, 0, INVENTORY_NONE);
	assert_false(plan_kept(&w.plan, 0, 0));
	world_close(&w);
}

static void touched_is_kept_and_created_is_not(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "a.txt", ENTRY_FILE);
	put(&w, "dir", ENTRY_DIR);
	put(&w, "dir/inside", ENTRY_FILE);
	put(&w, "made", ENTRY_FILE);
	put(&w, "package", ENTRY_DIR);
	put(&w, "package/__init__.py", ENTRY_FILE);
	touched(&w, "/site/a.txt");
	touched(&w, "/site/dir")->type = TRACE_TYPE_DIR;
	touched(&w, "/site/package")->type = TRACE_TYPE_DIR;
	touched(&w, "/site/made")->created = true;
	touched(&w, "/elsewhere");
	decide(&w);
	assert_int_equal(reason_of(&w, "a.txt"), REASON_TRACED);
	assert_int_equal(reason_of(&w, "dir"), REASON_TRACED);
	assert_int_equal(reason_of(&w, "dir/inside"), REASON_NONE); /* listing is no use */
	/* Empty, a regular package would be a namespace package: importable. */
	assert_int_equal(reason_of(&w, "package"), REASON_NONE);
	assert_int_equal(reason_of(&w, "made"), REASON_NONE);
	world_close(&w);
}

static void modules_come_in_pairs_with_their_packages(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "p", ENTRY_DIR);
	put(&w, "p/__init__.py", ENTRY_FILE);
	put(&w, "p/__pycache__", ENTRY_DIR);
	put(&w, "p/__pycache__/__init__.cpython-311.pyc", ENTRY_FILE);
	put(&w, "p/__pycache__/x.cpython-311.opt-1.pyc", ENTRY_FILE);
	put(&w, "p/__pycache__/x.cpython-311.pyc", ENTRY_FILE);
	put(&w, "p/__pycache__/xy.cpython-311.pyc", ENTRY_FILE);
	put(&w, "p/x.py", ENTRY_FILE);
	put(&w, "p/xy.py", ENTRY_FILE);
	touched(&w, "/site/p/__pycache__/x.cpython-311.pyc"); /* only the bytecode was opened */
	decide(&w);
	assert_int_equal(reason_of(&w, "p/x.py"), REASON_PAIR);
	assert_int_equal(reason_of(&w, "p/__pycache__/x.cpython-311.opt-1.pyc"), REASON_PAIR);
	assert_int_equal(reason_of(&w, "p/__init__.py"), REASON_PAIR);
	assert_int_equal(reason_of(&w, "p/__pycache__/__init__.cpython-311.pyc"), REASON_PAIR);
	assert_int_equal(reason_of(&w, "p/xy.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "p/__pycache__/xy.cpython-311.pyc"), REASON_NONE);
	world_close(&w);
}

static void links_and_their_targets_stay_and_loops_end(void **state)
{
	static char *requested[] = {"/site/way/f"};
	struct trace_file *f;
	struct world w;

	(void)state;
	world_open(&w);
	put_link(&w, "chain1", "chain2");
	put_link(&w, "chain2", "real/g");
	put_link(&w, "loop1", "loop2");
	put_link(&w, "loop2", "loop1");
	put_link(&w, "out", "/etc/passwd");
	put(&w, "real", ENTRY_DIR);
	put(&w, "real/f", ENTRY_FILE);
	put(&w, "real/g", ENTRY_FILE);
	put_link(&w, "way", "real");
	touched(&w, "/site/chain1");
	touched(&w, "/site/loop1");
	touched(&w, "/site/out");
	f = touched(&w, "/site/real/f");
	f->requested = requested;
	f->n_requested = 1;
	decide(&w);
	assert_int_equal(reason_of(&w, "chain2"), REASON_LINK);
	assert_int_equal(reason_of(&w, "real/g"), REASON_LINK);
	assert_int_equal(reason_of(&w, "loop2"), REASON_LINK);
	assert_int_equal(reason_of(&w, "way"), REASON_LINK);
	assert_int_equal(reason_of(&w, "real/f"), REASON_TRACED);
	world_close(&w);
}

static void libraries_are_closed_over_needed(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put_elf(&w, "m/ext.so", "libone.so.1", "$ORIGIN/../x.libs");
	put_elf(&w, "other/libthree.so", NULL, NULL);
	put_elf(&w, "other/libwrong.so", NULL, NULL)->machine = 183;
	put_elf(&w, "x.libs/libone.so.1", "libthree.so", "${ORIGIN}");
	put_elf(&w, "x.libs/unused.so", NULL, NULL);
	touched(&w, "/site/m/ext.so");
	decide(&w);
	assert_int_equal(reason_of(&w, "x.libs/libone.so.1"), REASON_ELF);
	assert_int_equal(reason_of(&w, "other/libthree.so"), REASON_ELF);
	assert_int_equal(reason_of(&w, "other/libwrong.so"), REASON_NONE);
	assert_int_equal(reason_of(&w, "x.libs/unused.so"), REASON_NONE);
	world_close(&w);
}

static void metadata_follows_a_kept_file(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "a", ENTRY_DIR);
	put(&w, "a-1.dist-info", ENTRY_DIR);
	put_text(&w, "a-1.dist-info/METADATA", "Name: A\nVersion: 1\n\nName: not this\n");
	put_text(&w, "a-1.dist-info/RECORD",
		 "a/x.py,sha256=1,10\r\n\"a/y.py\",sha256=2,10\n../../../etc/passwd,,\n/abs,,\n"
		 "a-1.dist-info/RECORD,,\n");
	put(&w, "a-1.dist-info/direct_url.json", ENTRY_FILE);
	put(&w, "a-1.dist-info/licenses", ENTRY_DIR);
	put(&w, "a-1.dist-info/licenses/LICENSE", ENTRY_FILE);
	put(&w, "a/x.py", ENTRY_FILE);
	put(&w, "a/y.py", ENTRY_FILE);
	put(&w, "b-2.dist-info", ENTRY_DIR);
	put_text(&w, "b-2.dist-info/METADATA", "");
	put_text(&w, "b-2.dist-info/RECORD", "b.py,,\n");
	put(&w, "b.py", ENTRY_FILE);
	touched(&w, "/site/a/x.py");
	decide(&w);
	assert_int_equal(reason_of(&w, "a-1.dist-info/METADATA"), REASON_METADATA);
	assert_int_equal(reason_of(&w, "a-1.dist-info/licenses/LICENSE"), REASON_METADATA);
	assert_int_equal(reason_of(&w, "a-1.dist-info/direct_url.json"), REASON_NONE);
	assert_int_equal(reason_of(&w, "b-2.dist-info/METADATA"), REASON_NONE);
	assert_string_equal(w.plan.dists[0].name, "A");
	assert_string_equal(w.plan.dists[1].name, "b");
	assert_string_equal(w.plan.dists[1].version, "2");
	assert_int_equal(w.plan.dists[0].lost_lines, 2);
	assert_int_equal(w.plan.n_rewrites, 1);
	assert_string_equal(w.plan.rewrites[0].text,
			    "a/x.py,sha256=1,10\na-1.dist-info/RECORD,,\n");
	world_close(&w);
}

static void egg_info_owns_what_top_level_names(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "c", ENTRY_DIR);
	put(&w, "c-extra.py", ENTRY_FILE); /* sorts between c and c/x.py */
	put(&w, "c.egg-info", ENTRY_DIR);
	put_text(&w, "c.egg-info/PKG-INFO", "Name: C\n");
	put_text(&w, "c.egg-info/top_level.txt", "c\n../evil\n");
	put(&w, "c/x.py", ENTRY_FILE);
	touched(&w, "/site/c/x.py");
	decide(&w);
	assert_int_equal(w.plan.n_dists, 1);
	assert_string_equal(w.plan.dists[0].name, "C");
	assert_int_equal(w.plan.dists[0].n_files, 3);
	assert_int_equal(reason_of(&w, "c.egg-info/PKG-INFO"), REASON_METADATA);
	assert_int_equal(reason_of(&w, "c-extra.py"), REASON_NONE);
	world_close(&w);
}

static void refusals_say_why(void **state)
{
	char *texts[REFUSALS];
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "a", ENTRY_FILE);
	put(&w, "b", ENTRY_DIR);
	inventory_index(&w.inv);
	w.trace.complete = true;
	touched(&w, "/site/a");
	refusals_find(&w.trace, "t", &w.inv, texts);
	for (int i = 0; i < REFUSALS; i++)
		assert_null(texts[i]);
	touched(&w, "/site/gone");
	w.trace.complete = false;
	w.trace.signal = 9;
	refusals_find(&w.trace, "t", &w.inv, texts);
	assert_non_null(strstr(texts[REFUSE_CHANGED], "/site/gone is missing"));
	assert_non_null(strstr(texts[REFUSE_INCOMPLETE], "not complete"));
	assert_non_null(strstr(texts[REFUSE_FAILED], "signal 9"));
	for (int i = 0; i < REFUSALS; i++)
		free(texts[i]);
	/* What the run made itself, or removed, is no part of the tree. */
	w.trace.files[1].created = true;
	w.trace.files[0].type = TRACE_TYPE_UNKNOWN;
	refusals_find(&w.trace, "t", &w.inv, texts);
	assert_null(texts[REFUSE_CHANGED]);
	for (int i = 0; i < REFUSALS; i++)
		free(texts[i]);
	w.trace.n_files = 0;
	refusals_find(&w.trace, "t", &w.inv, texts);
	assert_non_null(strstr(texts[REFUSE_UNTOUCHED], "/site"));
	for (int i = 0; i < REFUSALS; i++)
		free(texts[i]);
	world_close(&w);
}

static void a_summary_adds_up(void **state)
{
	struct summary s;
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, "d", ENTRY_DIR);
	put(&w, "d/a.py", ENTRY_FILE);
	put(&w, "d/tests", ENTRY_DIR);
	put(&w, "d/tests/b.py", ENTRY_FILE);
	put(&w, "e.pyc", ENTRY_FILE);
	put(&w, "f", ENTRY_DIR);
	put(&w, "f/g", ENTRY_DIR);
	put(&w, "f/g/h", ENTRY_FILE);
	touched(&w, "/site/d")->type = TRACE_TYPE_DIR;
	touched(&w, "/site/d/a.py");
	touched(&w, "/site/f")->type = TRACE_TYPE_DIR;
	touched(&w, "/site/f/g")->type = TRACE_TYPE_DIR;
	decide(&w);
	summary_make(&w.plan, &s);
	assert_int_equal(s.all.files, 4);
	assert_int_equal(s.kept.bytes, 10);
	assert_int_equal(s.empty_dirs, 1); /* f/g: d holds a.py, f holds g */
	assert_int_equal(s.by_reason[REASON_TRACED].files, 1);
	assert_int_equal(s.by_category[CATEGORY_TESTS].files, 1);
	assert_int_equal(s.by_category[CATEGORY_BYTECODE].files, 1);
	assert_int_equal(s.n_packages, 3);
	assert_string_equal(s.packages[0].name, "d");
	assert_string_equal(s.types[0].name, ".py");
	summary_free(&s);
	world_close(&w);
}

static void types_are_suffixes(void **state)
{
	static const char *const cases[][2] = {
		{"a/b.py", ".py"},    {"a.b/c", "(none)"},         {"a/.hidden", "(none)"},
		{"x.abi3.so", ".so"}, {"l/libz.so.1.2.13", ".so"}, {"l/x.so.conf", ".conf"},
		{"T.JSON", ".json"},  {"trailing.", "(none)"},     {"m.cpython-311.pyc", ".pyc"},
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		CLEANUP_FREE char *type = file_type(cases[k][0]);

		assert_string_equal(type, cases[k][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touched_is_kept_and_created_is_not),
		cmocka_unit_test(the_first_cause_of_each_reason_is_told),
		cmocka_unit_test(a_dropped_entry_gets_no_reason),
		cmocka_unit_test(modules_come_in_pairs_with_their_packages),
		cmocka_unit_test(links_and_their_targets_stay_and_loops_end),
		cmocka_unit_test(libraries_are_closed_over_needed),
		cmocka_unit_test(metadata_follows_a_kept_file),
		cmocka_unit_test(egg_info_owns_what_top_level_names),
		cmocka_unit_test(refusals_say_why),
		cmocka_unit_test(a_summary_adds_up),
		cmocka_unit_test(types_are_suffixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
