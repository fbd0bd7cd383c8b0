#include "test.h"

#include <errno.h>

#include "plan/choices.h"
#include "plan/fit.h"
#include "tree.h"

/* What else could be decided: the levels, and what is given up under a limit. */

/* --- levels ----------------------------------------------------------------------------------- */

static void a_lower_level_keeps_less_and_knows_what_more_would_be(void **state)
{
	struct choices choices;
	struct plan_options opt = {.safety = SAFETY_TRACE};
	const struct decision *d;
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "import a.one\n");
	py(&w, "a/one.py", "");
	touched(&w, "/site/a/__init__.py");
	decide_as(&w, &opt);
	d = &w.plan.decisions[0][inventory_find(&w.inv.roots[0], "a/one.py")];
	assert_int_equal(d->reasons, 0);
	assert_int_equal(d->level, SAFETY_CLOSURE);
	assert_true(d->further & 1U << REASON_IMPORT);
	choices_make(&w.plan, &w.trace, 1, &opt, NULL, NULL, &choices);
	assert_int_equal(choices.levels[SAFETY_TRACE].kept.files, 3); /* and the metadata */
	assert_int_equal(choices.levels[SAFETY_CLOSURE].kept.files, 4);
	assert_int_equal(choices.levels[SAFETY_STATIC].kept.files, 2);
	assert_int_equal(choices.levels[SAFETY_ALL].kept.files, 4);
	choices_free(&choices);
	world_close(&w);
}

/* --- fit -------------------------------------------------------------------------------------- */

/* Kept without a limit: 10 bytes each of sources and metadata, and what is said below. */
static void of_all_kinds(struct world *w)
{
	world_open(w);
	dist(w, "a", "a\n", "Requires-Dist: b\n");
	py(w, "a/__init__.py",
	   "from a import _top\nopen('named.bin')\ndef f():\n\tfrom a import _function\n\timport "
	   "b\n");
	file(w, "a/_top.so")->size = 500 << 10;
	file(w, "a/_function.so")->size = 400 << 10;
	file(w, "a/named.bin")->size = 300 << 10;
	file(w, "a/beside.dat")->size = 60 << 10;
	dist(w, "b", "b\n", "");
	py(w, "b/__init__.py", "");
	file(w, "b/beside.dat")->size = 50 << 10;
	touched(w, "/site/a/__init__.py");
	qsort(w->inv.roots[0].entries, w->inv.roots[0].n_entries, sizeof(struct entry), by_path);
	inventory_index(&w->inv);
}

static int fit_in(struct world *w, uint64_t limit, struct fit *f, struct error *e)
{
	return plan_fit(&w->trace, 1, &w->inv, &(struct plan_options){.safety = SAFETY_CLOSURE},
			limit, f, &w->plan, e);
}

static void weak_evidence_is_given_up_first(void **state)
{
	/* At a limit of so many KiB: what is given up, in this order. What fits again when something
	 * larger is gone has come back. */
	static const struct {
		uint64_t limit;
		const char *gone[5];
	} cases[] = {
		{1400, {NULL}},
		{1310, {"a"}},
		{1200, {"a/named.bin"}},
		{900, {"a", "a/_function.so"}},
		{501, {"a", "a/named.bin", "a/_function.so", "b"}},
		{5, {"a", "a/named.bin", "a/_function.so", "b", "a/_top.so"}},
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		CLEANUP_ERROR struct error e = {0};
		struct fit f = {0};
		struct world w;
		size_t n = 0;

		of_all_kinds(&w);
		assert_int_equal(fit_in(&w, cases[k].limit << 10, &f, &e), 0);
		assert_true(f.bytes <= cases[k].limit << 10);
		assert_int_equal(f.bytes, fit_bytes(&w.plan));
		for (; n < ARRAY_SIZE(cases[k].gone) && cases[k].gone[n]; n++) {
			assert_true(n < f.n);
			assert_string_equal(f.list[n].name, cases[k].gone[n]);
		}
		assert_int_equal(f.n, n);
		assert_int_equal(reason_of(&w, "a/__init__.py"), REASON_TRACED);
		assert_int_equal(reason_of(&w, "a/_top.so"), n == 5 ? REASON_NONE : REASON_IMPORT);
		world_close(&w);
		fit_free(&f);
	}
}

static void what_was_touched_is_never_given_up(void **state)
{
	CLEANUP_ERROR struct error e = {0};
	struct fit f = {0};
	struct world w;

	(void)state;
	of_all_kinds(&w);
	assert_int_equal(fit_in(&w, 5, &f, &e), -ENOSPC);
	assert_non_null(strstr(error_text(&e), "more than there is room for"));
	world_close(&w);
	fit_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lower_level_keeps_less_and_knows_what_more_would_be),
		cmocka_unit_test(weak_evidence_is_given_up_first),
		cmocka_unit_test(what_was_touched_is_never_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
