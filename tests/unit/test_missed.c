/* What a run missed, and what a repair adds for it: trees built by hand. */
#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan/missed.h"
#include "plan/repair.h"

#include <string.h>

struct world {
	struct inventory original, layer;
	struct trace was;
	char **asked;
	size_t n_asked;
	struct missed_list missed;
};

static struct inventory_root *root(struct inventory *inv, const char *dir, const char *prefix)
{
	inv->roots = xreallocarray(inv->roots, inv->n_roots + 1, sizeof(*inv->roots));
	inv->roots[inv->n_roots] =
		(struct inventory_root){.dir = xstrdup(dir), .prefix = xstrdup(prefix)};
	return &inv->roots[inv->n_roots++];
}

static struct entry *put(struct inventory_root *r, const char *path, enum entry_type type)
{
	r->entries = xreallocarray(r->entries, r->n_entries + 1, sizeof(*r->entries));
	r->entries[r->n_entries] =
		(struct entry){.path = xstrdup(path), .type = type, .mode = 0644, .size = 1};
	return &r->entries[r->n_entries++];
}

/* A path that ends in '/' is a directory. */
static void fill(struct inventory_root *r, const char *const *paths)
{
	for (; *paths; paths++) {
		size_t n = strlen(*paths);
		CLEANUP_FREE char *path = xstrndup(*paths, n - ((*paths)[n - 1] == '/'));

		put(r, path, (*paths)[n - 1] == '/' ? ENTRY_DIR : ENTRY_FILE);
	}
}

static void world_open(struct world *w, const char *const *original, const char *const *layer)
{
	*w = (struct world){0};
	fill(root(&w->original, "/site", "python"), original);
	fill(root(&w->layer, "/layer", ""), layer);
	inventory_index(&w->original);
	inventory_index(&w->layer);
}

static void ask(struct world *w, const char *path)
{
	w->asked = xreallocarray(w->asked, w->n_asked + 1, sizeof(*w->asked));
	w->asked[w->n_asked++] = xstrdup(path);
}

static void used(struct world *w, const char *path, bool created)
{
	struct trace *t = &w->was;

	t->files = xreallocarray(t->files, t->n_files + 1, sizeof(*t->files));
	t->files[t->n_files++] =
		(struct trace_file){.path = (char *)(uintptr_t)path, .created = created};
}

/* The missed names, with what is known of each, as one text. */
static void assert_missed(struct world *w, const char *want)
{
	CLEANUP_BUF struct buf got = {0};

	missed_free(&w->missed);
	missed_find(&w->original, &w->layer, &w->was, w->asked, w->n_asked, &w->missed);
	for (size_t k = 0; k < w->missed.n; k++)
		buf_addf(&got, "%s%s:%s%s", k ? " " : "", w->missed.list[k].name,
			 w->missed.list[k].how & MISSED_ASKED ? "a" : "",
			 w->missed.list[k].how & MISSED_USED ? "u" : "");
	assert_string_equal(got.data ? got.data : "", want);
}

static void world_close(struct world *w)
{
	missed_free(&w->missed);
	for (size_t k = 0; k < w->n_asked; k++)
		free(w->asked[k]);
	free(w->asked);
	free(w->was.files);
	inventory_free(&w->original);
	inventory_free(&w->layer);
}

static void only_what_the_original_has_and_the_layer_lacks(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, (const char *const[]){"a.py", "b.py", "c.txt", "made.txt", NULL},
		   (const char *const[]){"python/", "python/a.py", NULL});
	ask(&w, "/site/a.py");
	ask(&w, "/site/b.py");
	ask(&w, "/site/nowhere.py");
	ask(&w, "/elsewhere/b.py");
	ask(&w, "/site");
	used(&w, "/site/b.py", false);
	used(&w, "/site/c.txt", false);
	used(&w, "/site/made.txt", true);
	assert_missed(&w, "python/b.py:au python/c.txt:u");
	world_close(&w);
}

static void bytecode_and_caches_do_not_count(void **state)
{
	struct world w;

	(void)state;
	world_open(&w,
		   (const char *const[]){"__pycache__/", "__pycache__/a.cpython-311.pyc", "a.py",
					 "b.py", "p/", "p/__pycache__/", "p/__pycache__x/",
					 "p/old.pyc", NULL},
		   (const char *const[]){"python/", "python/b.pyc", NULL});
	ask(&w, "/site/__pycache__");
	ask(&w, "/site/__pycache__/a.cpython-311.pyc");
	ask(&w, "/site/b.py");
	ask(&w, "/site/p/__pycache__");
	assert_missed(&w, "");
	ask(&w, "/site/p/old.pyc");
	ask(&w, "/site/p/__pycache__x");
	assert_missed(&w, "python/p/__pycache__x:a python/p/old.pyc:a");
	world_close(&w);
}

static void of_one_module_the_form_that_is_loaded_counts(void **state)
{
	struct world w;

	(void)state;
	world_open(&w,
		   (const char *const[]){"m.cpython-311-x86_64-linux-gnu.so", "m.py", "ns/", "p/",
					 "p.py", "p/__init__.py", NULL},
		   (const char *const[]){"python/", NULL});
	ask(&w, "/site/m.py");
	ask(&w, "/site/m.cpython-311-x86_64-linux-gnu.so");
	ask(&w, "/site/p");
	ask(&w, "/site/p.py");
	ask(&w, "/site/p/__init__.py");
	ask(&w, "/site/ns");
	assert_missed(&w, "python/m.cpython-311-x86_64-linux-gnu.so:a python/ns:a "
			  "python/p/__init__.py:a");
	/* Unless the original's run did use it. */
	used(&w, "/site/m.py", false);
	assert_missed(&w, "python/m.cpython-311-x86_64-linux-gnu.so:a python/m.py:au python/ns:a "
			  "python/p/__init__.py:a");
	world_close(&w);
}

static void two_roots_may_share_a_place(void **state)
{
	struct world w;
	size_t r, i;

	(void)state;
	world_open(&w, (const char *const[]){"a.py", NULL}, (const char *const[]){"python/", NULL});
	fill(root(&w.original, "/src", "python"), (const char *const[]){"b.py", NULL});
	inventory_index(&w.original);
	ask(&w, "/src/b.py");
	ask(&w, "/site/b.py"); /* in the layer both lie in one place */
	assert_missed(&w, "python/b.py:a");
	assert_true(inventory_locate(&w.original, "python/b.py", &r, &i));
	assert_int_equal(r, 1);
	world_close(&w);
}

static void lists_unite(void **state)
{
	CLEANUP_MISSED struct missed_list sum = {0};
	struct missed_list one = {.n = 2}, two = {.n = 2};
	struct missed a[] = {{.name = "b", .how = MISSED_ASKED}, {.name = "d", .how = 1}};
	struct missed b[] = {{.name = "a", .how = 1}, {.name = "b", .how = MISSED_USED}};

	(void)state;
	one.list = a;
	two.list = b;
	missed_unite(&sum, &one);
	missed_unite(&sum, &two);
	missed_unite(&sum, &one);
	assert_int_equal(sum.n, 3);
	assert_string_equal(sum.list[0].name, "a");
	assert_string_equal(sum.list[1].name, "b");
	assert_int_equal(sum.list[1].how, MISSED_ASKED | MISSED_USED);
	assert_string_equal(sum.list[2].name, "d");
}

static void assert_module(const char *path, const char *want)
{
	struct world w;
	CLEANUP_FREE char *got = NULL;

	world_open(&w, (const char *const[]){path, NULL}, (const char *const[]){NULL});
	got = missed_module(&w.original, &(struct missed){.root = 0, .entry = 0});
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	world_close(&w);
}

static void modules_have_names(void **state)
{
	(void)state;
	assert_module("p/m.py", "p.m");
	assert_module("p/__init__.py", "p");
	assert_module("p/m.abi3.so", "p.m");
	assert_module("p/m.pyc", "p.m");
	assert_module("p/data.txt", NULL);
	assert_module("p/", NULL);
	assert_module("a-1.0.dist-info/x.py", NULL);
}

/* The additions of a repair, as one text. */
static void assert_added(struct world *w, const char *want)
{
	CLEANUP_PLAN struct plan p = {0};
	CLEANUP_BUF struct buf got = {0};

	missed_find(&w->original, &w->layer, &w->was, w->asked, w->n_asked, &w->missed);
	repair_plan(&w->original, &w->layer, &w->missed, NULL, &p);
	for (size_t i = 0; i < w->original.roots[0].n_entries; i++)
		if (plan_kept(&p, 0, i) && !repair_present(&w->original, &w->layer, 0, i))
			buf_addf(&got, "%s%s=%s", got.len ? " " : "",
				 w->original.roots[0].entries[i].path,
				 reason_names[p.decisions[0][i].main]);
	assert_string_equal(got.data ? got.data : "", want);
}

static void a_repair_adds_what_belongs_to_it(void **state)
{
	struct world w;

	(void)state;
	world_open(&w,
		   (const char *const[]){"p/", "p/__init__.py", "p/__pycache__/",
					 "p/__pycache__/__init__.cpython-311.pyc",
					 "p/__pycache__/m.cpython-311.pyc", "p/m.py", "p/other.py",
					 NULL},
		   (const char *const[]){"python/", NULL});
	ask(&w, "/site/p/m.py");
	assert_added(&w, "p/__init__.py=pair p/__pycache__/__init__.cpython-311.pyc=pair "
			 "p/__pycache__/m.cpython-311.pyc=pair p/m.py=repaired");
	world_close(&w);
}

static void a_repair_leaves_what_the_layer_chose(void **state)
{
	struct world w;

	(void)state;
	/* A layer without bytecode, and one without sources. */
	world_open(&w,
		   (const char *const[]){"p/", "p/__init__.py", "p/__pycache__/",
					 "p/__pycache__/__init__.cpython-311.pyc", "p/m.py", NULL},
		   (const char *const[]){"python/", "python/p/", "python/p/__init__.py", NULL});
	ask(&w, "/site/p/m.py");
	assert_added(&w, "p/m.py=repaired");
	world_close(&w);
	world_open(&w,
		   (const char *const[]){"p/", "p/__init__.py", "p/__pycache__/",
					 "p/__pycache__/__init__.cpython-311.pyc", "p/m.py", NULL},
		   (const char *const[]){"python/", "python/p/", "python/p/__init__.pyc", NULL});
	ask(&w, "/site/p/m.py");
	assert_added(&w, "p/m.py=repaired");
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_the_original_has_and_the_layer_lacks),
		cmocka_unit_test(bytecode_and_caches_do_not_count),
		cmocka_unit_test(of_one_module_the_form_that_is_loaded_counts),
		cmocka_unit_test(two_roots_may_share_a_place),
		cmocka_unit_test(lists_unite),
		cmocka_unit_test(modules_have_names),
		cmocka_unit_test(a_repair_adds_what_belongs_to_it),
		cmocka_unit_test(a_repair_leaves_what_the_layer_chose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
