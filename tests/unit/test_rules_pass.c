#include "test.h"

#include "base/mem.h"
#include "plan/plan.h"

#include <string.h>

/* A tree of empty files, in order; what ends in '/' is a directory. Every *.dist-info owns the
 * top-level package of its name. */
struct world {
	struct inventory inv;
	struct trace trace;
	struct trace_file touched[4];
	struct rules user, builtin;
	struct plan plan;
};

static void put(struct inventory_root *root, const char *path, const char *text)
{
	size_t len = strlen(path);
	bool dir = path[len - 1] == '/';
	struct entry *ent;

	root->entries = xreallocarray(root->entries, root->n_entries + 1, sizeof(*ent));
	ent = &root->entries[root->n_entries++];
	*ent = (struct entry){.path = xstrndup(path, len - dir),
			      .type = dir ? ENTRY_DIR : ENTRY_FILE,
			      .mode = 0644,
			      .text = text ? xstrdup(text) : NULL,
			      .text_len = text ? strlen(text) : 0};
}

static void world_open(struct world *w)
{
	struct inventory_root *root;

	*w = (struct world){0};
	w->inv.roots = root = xcalloc(1, sizeof(*w->inv.roots));
	w->inv.n_roots = 1;
	*root = (struct inventory_root){.dir = xstrdup("/site"), .prefix = xstrdup("")};
	put(root, "free/", NULL);
	put(root, "free/a.py", NULL);
	put(root, "free/b.txt", NULL);
	put(root, "one-1.dist-info/", NULL);
	put(root, "one-1.dist-info/METADATA", "Name: one\n\n");
	put(root, "one-1.dist-info/RECORD",
	    "one/a.py,,\none/ca.pem,,\none/__pycache__/a.x.pyc,,\n");
	put(root, "one/", NULL);
	put(root, "one/__pycache__/", NULL);
	put(root, "one/__pycache__/a.x.pyc", NULL);
	put(root, "one/a.py", NULL);
	put(root, "one/ca.pem", NULL);
	put(root, "two-1.dist-info/", NULL);
	put(root, "two-1.dist-info/METADATA", "Name: two\n\n");
	put(root, "two-1.dist-info/RECORD", "two/ca.pem,,\ntwo-1.dist-info/METADATA,,\n");
	put(root, "two/", NULL);
	put(root, "two/ca.pem", NULL);
	inventory_index(&w->inv);
	w->trace.files = w->touched;
}

static void touch(struct world *w, const char *path)
{
	w->touched[w->trace.n_files++] = (struct trace_file){
		.path = (char *)(uintptr_t)path, .ops = TRACE_OPEN, .type = TRACE_TYPE_FILE};
}

static void decide(struct world *w, enum safety safety, const char *user, const char *builtin)
{
	struct error e = {0};
	struct plan_options opt = {.safety = safety, .user = &w->user, .builtin = &w->builtin};

	assert_int_equal(rules_parse(user, strlen(user), "U", &w->user, &e), 0);
	assert_int_equal(rules_parse(builtin, strlen(builtin), "B", &w->builtin, &e), 0);
	plan_make(&w->trace, 1, &w->inv, &opt, &w->plan);
}

static const struct decision *decision(const struct world *w, const char *path)
{
	size_t i = inventory_find(&w->inv.roots[0], path);

	assert_int_not_equal(i, INVENTORY_NONE);
	return &w->plan.decisions[0][i];
}

static bool kept_by(const struct world *w, const char *path, enum reason reason)
{
	return decision(w, path)->main == reason;
}

static void world_close(struct world *w)
{
	plan_free(&w->plan);
	inventory_free(&w->inv);
	rules_free(&w->user);
	rules_free(&w->builtin);
}

static void the_user_decides(void **state)
{
	struct world w;
	const struct cause *why;

	(void)state;
	world_open(&w);
	touch(&w, "/site/free/a.py");
	touch(&w, "/site/one/a.py");
	decide(&w, SAFETY_TRACE, "keep ca.pem # TLS\nkeep free/a.py\ndrop one/a.py\n", "");
	assert_true(kept_by(&w, "two/ca.pem", REASON_USER));
	why = plan_cause(&w.plan, 0, inventory_find(&w.inv.roots[0], "two/ca.pem"), REASON_USER);
	assert_non_null(why);
	assert_int_equal(why->line, 1);
	assert_string_equal(why->text, "TLS");
	assert_true(kept_by(&w, "free/a.py", REASON_TRACED)); /* the stronger reason first */
	assert_true(decision(&w, "free/a.py")->reasons & 1u << REASON_USER);
	assert_true(decision(&w, "one/a.py")->dropped);
	assert_int_equal(decision(&w, "one/a.py")->reasons, 0);
	assert_int_equal(decision(&w, "one/__pycache__/a.x.pyc")->reasons, 0);
	/* What is kept by name is as good as touched: its metadata stays. */
	assert_true(kept_by(&w, "two-1.dist-info/METADATA", REASON_METADATA));
	world_close(&w);
}

static void built_in_rules_need_a_live_distribution(void **state)
{
	struct world w;
	const struct cause *why;

	(void)state;
	world_open(&w);
	touch(&w, "/site/one/a.py");
	/* Its metadata is read of everything that is installed: that is no use of it. */
	touch(&w, "/site/two-1.dist-info/METADATA");
	decide(&w, SAFETY_CLOSURE, "", "[ca]\nkeep ca.pem\nkeep free/b.txt\n");
	assert_true(kept_by(&w, "one/ca.pem", REASON_RULE));
	why = plan_cause(&w.plan, 0, inventory_find(&w.inv.roots[0], "one/ca.pem"), REASON_RULE);
	assert_string_equal(why->text, "ca");
	assert_int_equal(decision(&w, "two/ca.pem")->reasons, 0);
	assert_int_equal(decision(&w, "free/b.txt")->reasons, 0);
	world_close(&w);
}

static void a_condition_reaches_further(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	touch(&w, "/site/free/a.py");
	decide(&w, SAFETY_CLOSURE, "drop two-1.dist-info/METADATA",
	       "[ca if /free/]\nkeep ca.pem\ndrop one/*.pem\n[own]\nkeep free/b.txt\n"
	       "[not if one/a.py]\nkeep one/a.py\n");
	assert_true(kept_by(&w, "two/ca.pem", REASON_RULE));
	assert_true(kept_by(&w, "free/b.txt", REASON_RULE)); /* owned by none: same top level */
	assert_int_equal(decision(&w, "one/ca.pem")->reasons, 0);
	assert_int_equal(decision(&w, "one/a.py")->reasons, 0);
	assert_int_equal(decision(&w, "two-1.dist-info/METADATA")->reasons, 0);
	world_close(&w);
}

static void below_closure_they_keep_quiet(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	touch(&w, "/site/one/a.py");
	decide(&w, SAFETY_TRACE, "", "[ca]\nkeep ca.pem\n");
	assert_int_equal(decision(&w, "one/ca.pem")->reasons, 0);
	world_close(&w);
}

static void stale_patterns_name_the_nearest_path(void **state)
{
	static const struct {
		const char *text, *near;
	} stale[] = {
		{"keep one/ca.pen", "'one/ca.pem'"},
		{"drop /fre/", "'free'"},
		{"keep python/one/ca.pem", "'one/ca.pem'"},
		{"keep one/nothing/of/the/kind/*.json", "'one'"},
		{"keep qqqqqqqq/qqqqqqqqqqqqqqqq", "relative to the root"},
	};
	struct world w;

	(void)state;
	world_open(&w);
	for (size_t i = 0; i < ARRAY_SIZE(stale); i++) {
		CLEANUP_RULES struct rules rs = {0};
		CLEANUP_ERROR struct error e = {0};
		CLEANUP_FREE char *text = xasprintf("keep *.py\n%s\n", stale[i].text);

		assert_int_equal(rules_parse(text, strlen(text), "F", &rs, &e), 0);
		assert_true(rules_check(&rs, &w.inv, &e) < 0);
		if (!strstr(error_text(&e), "F: line 2") || !strstr(error_text(&e), stale[i].near))
			fail_msg("'%s' says '%s'", stale[i].text, error_text(&e));
	}
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_user_decides),
		cmocka_unit_test(built_in_rules_need_a_live_distribution),
		cmocka_unit_test(a_condition_reaches_further),
		cmocka_unit_test(below_closure_they_keep_quiet),
		cmocka_unit_test(stale_patterns_name_the_nearest_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
