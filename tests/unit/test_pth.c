/* Path files and editable finders: what they bring in, and that nothing wrong is made of odd ones. */
#include "layer/pth.h"
#include "layer/sites.h"

#include "base/mem.h"
#include "test.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static char top[PATH_MAX];

static char *at(const char *below)
{
	return xasprintf("%s/%s", top, below);
}

static void put(const char *below, const char *text)
{
	CLEANUP_FREE char *path = at(below);
	FILE *f;

	for (char *p = path + strlen(top) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0777);
		*p = '/';
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
	char name[] = "/tmp/test_pth.XXXXXX";

	(void)state;
	return mkdtemp(name) && realpath(name, top) ? 0 : -1;
}

static int teardown(void **state)
{
	CLEANUP_FREE char *command = xasprintf("rm -rf '%s'", top);

	(void)state;
	return system(command); /* NOLINT(cert-env33-c): a name of mkdtemp's */
}

static void lines_and_imports(void **state)
{
	CLEANUP_FREE char *site = at("site");
	CLEANUP_FREE char *src = at("src");
	CLEANUP_FREE char *text = xasprintf("# x\r\n\n%s\r\ninner\n/nonexistent/dir\n"
					    "import os; __import__('hack').add()\n"
					    "import sys;exec(\"try:\\n import certifi\\n\")\n",
					    src);
	struct pth p;

	(void)state;
	put("site/inner/x.py", "");
	put("src/y.py", "");
	put("site/a.pth", text);
	put("site/.hidden.pth", "/tmp\n");
	pth_read(site, &p);
	assert_int_equal(p.n_sources, 1);
	assert_string_equal(p.sources[0].dir, src);
	assert_null(p.sources[0].only);
	assert_true(pth_imports(&p, "hack", 4));
	assert_true(pth_imports(&p, "certifi/core", 7));
	assert_false(pth_imports(&p, "certif", 6));
	pth_free(&p);
}

static void finder(void **state)
{
	CLEANUP_FREE char *site = at("site");
	CLEANUP_FREE char *src = at("it's src");
	CLEANUP_FREE char *text = xasprintf("X = 1\nMAPPING: dict[str, str] = {'alpha': "
					    "\"%s/alpha\", 'ns.sub.beta': \"%s/beta.py\", "
					    "'other': \"%s/lib\", 'gone': '/nonexistent/gone', "
					    "'broken: 1}\nMAPPING = {'no': '/tmp'}\n",
					    src, src, src);
	struct pth p;

	(void)state;
	put("it's src/alpha/__init__.py", "");
	put("it's src/beta.py", "");
	put("it's src/lib/__init__.py", "");
	put("site/e.pth", "import __editable___a_finder; __editable___a_finder.install()\n");
	put("site/__editable___a_finder.py", text);
	pth_read(site, &p);
	assert_int_equal(p.n_sources, 3);
	assert_string_equal(p.sources[0].dir, src);
	assert_string_equal(p.sources[0].only, "alpha");
	assert_string_equal(p.sources[0].inside, "");
	assert_string_equal(p.sources[1].only, "beta.py");
	assert_string_equal(p.sources[1].inside, "ns/sub");
	assert_null(p.sources[2].only);
	assert_string_equal(p.sources[2].inside, "other");
	pth_free(&p);
}

/* A source directory that is also the project's: only what was imported from it belongs to it. */
static void used_names(void **state)
{
	CLEANUP_FREE char *proj = at("proj");
	CLEANUP_FREE char *text = xasprintf("%s\n", proj);
	CLEANUP_SITES struct sites s = {0};
	static const char *const below[] = {"proj/.venv/site/zeta/__init__.py",
					    "proj/alpha/__init__.py", "proj/data.csv",
					    "proj/mod.py", "proj/smoke.py"};
	const char *paths[5];
	const char *scripts[1];

	(void)state;
	put("proj/.venv/site/x-1.dist-info/METADATA", "");
	put("proj/.venv/site/p.pth", text);
	for (int i = 0; i < 5; i++) {
		put(below[i], "");
		paths[i] = at(below[i]);
	}
	scripts[0] = paths[4];
	sites_find(paths, 5, scripts, 1, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.list[0].used, 3);
	assert_int_equal(s.list[0].pth.n_sources, 1);
	assert_int_equal(s.list[0].pth.sources[0].n_names, 2);
	assert_string_equal(s.list[0].pth.sources[0].names[0], "alpha");
	assert_string_equal(s.list[0].pth.sources[0].names[1], "mod.py");
	for (int i = 0; i < 5; i++)
		free((char *)paths[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_and_imports, setup, teardown),
		cmocka_unit_test_setup_teardown(finder, setup, teardown),
		cmocka_unit_test_setup_teardown(used_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
