#include "test.h"

#include "plan/chain.h"
#include "tree.h"

/* From an entry to what nobody asked for, and from what cannot be imported to what is not there. */

static void assert_step(const struct world *w, const struct chain *c, size_t k, const char *path,
			enum reason reason, uint32_t line)
{
	assert_true(k < c->n);
	assert_string_equal(w->inv.roots[0].entries[c->list[k].entry].path, path);
	assert_int_equal(c->list[k].cause->reason, reason);
	assert_int_equal(c->list[k].cause->line, line);
}

static size_t at(const struct world *w, const char *path)
{
	return inventory_find(&w->inv.roots[0], path);
}

static void a_chain_ends_at_a_touched_file(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/one.py", "x = 1\nimport a.two\n");
	py(&w, "a/two.py", "def f():\n\tfrom a import three\n");
	py(&w, "a/three.py", "from a import one\n"); /* a circle of imports is none of reasons */
	file(&w, "a/__pycache__/three.cpython-311.pyc");
	touched(&w, "/site/a/one.py");
	close_over(&w);
	chain_make(&w.plan, 0, at(&w, "a/__pycache__/three.cpython-311.pyc"), &c);
	assert_int_equal(c.n, 4);
	assert_false(c.circle);
	assert_step(&w, &c, 0, "a/__pycache__/three.cpython-311.pyc", REASON_PAIR, 0);
	assert_step(&w, &c, 1, "a/three.py", REASON_IMPORT, 2);
	assert_step(&w, &c, 2, "a/two.py", REASON_IMPORT, 2);
	assert_step(&w, &c, 3, "a/one.py", REASON_TRACED, 0);
	world_close(&w);
}

static void a_module_of_a_touched_distribution_leads_to_the_touched_file(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/alone.py", "");
	py(&w, "a/used.py", "");
	touched(&w, "/site/a/used.py");
	close_over(&w);
	chain_make(&w.plan, 0, at(&w, "a/alone.py"), &c);
	assert_int_equal(c.n, 2);
	assert_step(&w, &c, 0, "a/alone.py", REASON_MODULE, 0);
	assert_step(&w, &c, 1, "a/used.py", REASON_TRACED, 0);
	world_close(&w);
}

/* At level package: of a distribution that a touched one requires. */
static void what_is_only_required_leads_to_the_metadata_that_requires_it(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "Requires-Dist: b\n");
	py(&w, "a/__init__.py", "");
	dist(&w, "b", "b\n", "Requires-Dist: c\n");
	py(&w, "b/__init__.py", "");
	dist(&w, "c", "c\n", "");
	file(&w, "c/data.bin");
	touched(&w, "/site/a/__init__.py");
	decide_as(&w, &(struct plan_options){.safety = SAFETY_PACKAGE});
	chain_make(&w.plan, 0, at(&w, "c/data.bin"), &c);
	assert_step(&w, &c, 0, "c/data.bin", REASON_PACKAGE, 0);
	assert_step(&w, &c, 1, "b.egg-info/PKG-INFO", REASON_METADATA, 0);
	assert_step(&w, &c, 2, "b/__init__.py", REASON_PACKAGE, 0);
	assert_step(&w, &c, 3, "a.egg-info/PKG-INFO", REASON_METADATA, 0);
	assert_step(&w, &c, 4, "a/__init__.py", REASON_TRACED, 0);
	assert_int_equal(c.n, 5);
	world_close(&w);
}

static void nothing_is_said_of_what_is_removed(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/tests/x.py", "");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	chain_make(&w.plan, 0, at(&w, "a/tests/x.py"), &c);
	assert_int_equal(c.n, 0);
	world_close(&w);
}

/* A plan never holds one; should it, the chain ends all the same. */
static void a_circle_is_cut_where_it_closes(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;
	size_t one, two;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "import a.one\n");
	py(&w, "a/one.py", "import a.two\n");
	py(&w, "a/two.py", "");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	one = at(&w, "a/one.py");
	two = at(&w, "a/two.py");
	w.plan.causes[w.plan.decisions[0][one].causes].entry = two;
	chain_make(&w.plan, 0, two, &c);
	assert_int_equal(c.n, 2);
	assert_true(c.circle);
	world_close(&w);
}

static void long_chains_are_followed_to_their_end(void **state)
{
	enum { STEPS = 3000 };
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	put(&w, "a", ENTRY_DIR);
	for (int k = 0; k < STEPS; k++) {
		CLEANUP_FREE char *path = xasprintf("a/m%d.py", k);
		CLEANUP_FREE char *source = xasprintf("import a.m%d\n", k + 1);
		struct entry *ent = put(&w, path, ENTRY_FILE);

		ent->facts = xcalloc(1, sizeof(*ent->facts));
		scan_python(source, strlen(source), &(struct scan_options){0}, ent->facts);
	}
	touched(&w, "/site/a/m0.py");
	close_over(&w);
	chain_make(&w.plan, 0, at(&w, "a/m2999.py"), &c);
	assert_int_equal(c.n, STEPS);
	assert_int_equal(c.list[STEPS - 1].cause->reason, REASON_TRACED);
	world_close(&w);
}

static void what_cannot_be_imported_leads_to_the_name_that_is_nowhere(void **state)
{
	CLEANUP_CHAIN struct chain c;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/server.py", "import os\n\nimport fastapi.routing\n");
	py(&w, "a/plugin.py", "from . import x\nfrom a.server import app\n");
	py(&w, "a/more/__init__.py", "import a.plugin\n");
	py(&w, "a/more/deep.py", "");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	chain_unimportable(&w.plan, 0, at(&w, "a/more/deep.py"), &c);
	assert_int_equal(c.n, 4);
	assert_step(&w, &c, 0, "a/more/deep.py", REASON_IMPORT, 0);
	assert_step(&w, &c, 1, "a/more/__init__.py", REASON_IMPORT, 1);
	assert_step(&w, &c, 2, "a/plugin.py", REASON_IMPORT, 2);
	assert_step(&w, &c, 3, "a/server.py", REASON_IMPORT, 3);
	assert_string_equal(c.list[3].cause->text, "fastapi");
	assert_int_equal(c.list[3].cause->entry, INVENTORY_NONE);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_ends_at_a_touched_file),
		cmocka_unit_test(a_module_of_a_touched_distribution_leads_to_the_touched_file),
		cmocka_unit_test(what_is_only_required_leads_to_the_metadata_that_requires_it),
		cmocka_unit_test(nothing_is_said_of_what_is_removed),
		cmocka_unit_test(a_circle_is_cut_where_it_closes),
		cmocka_unit_test(long_chains_are_followed_to_their_end),
		cmocka_unit_test(what_cannot_be_imported_leads_to_the_name_that_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
