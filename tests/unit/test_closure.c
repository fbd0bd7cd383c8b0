#include "test.h"

#include "tree.h"

/* Each pass of level closure on a tree of a few files: what it keeps, why, and what it must not. */

/* --- imports ---------------------------------------------------------------------------------- */

static void imports_are_followed_to_the_line(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "Requires-Dist: b\n");
	py(&w, "a/__init__.py", "");
	py(&w, "a/main.py",
	   "import a.one\nfrom a import two\nfrom .three import x\ndef f():\n\tfrom . import four\n"
	   "import importlib\nimportlib.import_module('a.five')\n__import__('a.six')\n"
	   "if TYPE_CHECKING:\n\timport b.typing_only\n");
	for (const char *const *m =
		     (const char *const[]){"one", "two", "three", "four", "five", "six", NULL};
	     *m; m++) {
		CLEANUP_FREE char *path = xasprintf("a/%s.py", *m);

		py(&w, path, "");
	}
	dist(&w, "b", "b\n", "");
	py(&w, "b/__init__.py", "");
	py(&w, "b/typing_only.py", "");
	touched(&w, "/site/a/main.py");
	close_over(&w);
	assert_int_equal(reason_of(&w, "a/__init__.py"), REASON_PAIR);
	assert_asked(&w, "a/one.py", REASON_IMPORT, "a/main.py", 1);
	assert_asked(&w, "a/two.py", REASON_IMPORT, "a/main.py", 2);
	assert_asked(&w, "a/three.py", REASON_IMPORT, "a/main.py", 3);
	assert_asked(&w, "a/four.py", REASON_IMPORT, "a/main.py", 5);
	assert_asked(&w, "a/five.py", REASON_IMPORT, "a/main.py", 7);
	assert_asked(&w, "a/six.py", REASON_IMPORT, "a/main.py", 8);
	assert_int_equal(reason_of(&w, "b/typing_only.py"), REASON_NONE);
	world_close(&w);
}

static void imports_cross_into_declared_dependencies_only(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a.py\na\n",
	     "Requires-Dist: B_b (>=1.0)\nRequires-Dist: never ; extra == 'more'\n"
	     "Requires-Dist: windows; sys_platform == 'win32'\n");
	py(&w, "a.py", "import b\nimport stranger\nimport never\nimport windows\nimport d\n");
	text(&w, "a.egg-info/requires.txt", "D\n\n[more]\nnever\n");
	dist(&w, "d", "d\n", "");
	py(&w, "d/__init__.py", "");
	dist(&w, "b.B", "b\n", "Requires-Dist: c\n");
	py(&w, "b/__init__.py", "def f():\n\timport c\n");
	dist(&w, "c", "c\n", "");
	py(&w, "c/__init__.py", "import c.deep");
	py(&w, "c/deep.py", "");
	py(&w, "c/rest.py", "");
	for (const char *const *m = (const char *const[]){"stranger", "never", "windows", NULL}; *m;
	     m++) {
		CLEANUP_FREE char *path = xasprintf("%s/__init__.py", *m),
				  *top = xasprintf("%s\n", *m);

		dist(&w, *m, top, "");
		py(&w, path, "");
	}
	touched(&w, "/site/a.py");
	close_over(&w);
	assert_asked(&w, "b/__init__.py", REASON_IMPORT, "a.py", 1);
	assert_asked(&w, "c/__init__.py", REASON_IMPORT, "b/__init__.py", 2);
	assert_int_equal(reason_of(&w, "c/deep.py"), REASON_IMPORT);
	assert_asked(&w, "d/__init__.py", REASON_IMPORT, "a.py", 5);
	/* Not touched: only what is asked for. */
	assert_int_equal(reason_of(&w, "c/rest.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "stranger/__init__.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "never/__init__.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "windows/__init__.py"), REASON_NONE);
	assert_int_equal(category_of(&w, "stranger/__init__.py"), CATEGORY_DIST);
	assert_int_equal(w.plan.n_left, 6); /* each its directory and its __init__ */
	assert_int_equal(w.plan.left[0].why, LEFT_OUTSIDE);
	world_close(&w);
}

/* setuptools in a virtual environment: its path file imports a hook at every start. */
static void a_hook_of_every_start_leads_nowhere(void **state)
{
	static const char hook[] = "def f():\n    assert 's.log' not in x\n"
				   "    importlib.import_module('s._distutils')\n";
	struct world w;

	(void)state;
	for (int used = 0; used < 2; used++) {
		world_open(&w);
		dist(&w, "s", "s\n_distutils_hack\n", "");
		py(&w, "_distutils_hack/__init__.py", hook);
		py(&w, "s/__init__.py", "");
		py(&w, "s/_distutils.py", "");
		py(&w, "s/log.py", "");
		py(&w, "s/rest.py", "");
		touched(&w, "/site/_distutils_hack/__init__.py");
		if (used)
			touched(&w, "/site/s/__init__.py");
		close_over(&w);
		assert_int_equal(reason_of(&w, "_distutils_hack/__init__.py"), REASON_TRACED);
		assert_int_equal(reason_of(&w, "s/log.py"), used ? REASON_NAME : REASON_NONE);
		assert_int_equal(reason_of(&w, "s/rest.py"), used ? REASON_MODULE : REASON_NONE);
		world_close(&w);
	}
}

/* --- modules ---------------------------------------------------------------------------------- */

static void other_modules_of_touched_distributions_stay_but_no_tests(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "import a.needed\n");
	py(&w, "a/alone.py", "");
	py(&w, "a/tests/test_a.py", "");
	py(&w, "a/geodata.py", "from a.tables import x\n");
	py(&w, "a/tables.py", "");
	py(&w, "a/needed.py", "");
	w.inv.roots[0].entries[w.inv.roots[0].n_entries - 2].size = (256 << 10) + 1;
	w.inv.roots[0].entries[w.inv.roots[0].n_entries - 1].size = (256 << 10) + 1;
	file(&w, "a/_native.so")->size = 1 << 20;
	file(&w, "a/public.so")->size = 4 << 20;
	file(&w, "a/_private/fast.so");
	file(&w, "a/_core/_x_tests.so");
	file(&w, "a/enormous.so")->size = (4 << 20) + 1;
	dist(&w, "b", "b\n", "");
	py(&w, "b/__init__.py", "");
	file(&w, "b/public.so");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	assert_int_equal(reason_of(&w, "a/alone.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/tests/test_a.py"), REASON_NONE);
	/* What nothing imports may be the program's own interface. */
	assert_int_equal(reason_of(&w, "a/public.so"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/_native.so"), REASON_NONE);
	/* Nor does a source show what native modules import of each other. */
	assert_int_equal(reason_of(&w, "a/_private/fast.so"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/_core/_x_tests.so"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/enormous.so"), REASON_NONE);
	/* A source of that size is a table: only for code that ran. */
	assert_int_equal(reason_of(&w, "a/tables.py"), REASON_NONE);
	assert_asked(&w, "a/needed.py", REASON_IMPORT, "a/__init__.py", 1);
	assert_int_equal(reason_of(&w, "b/__init__.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "b/public.so"), REASON_NONE);
	world_close(&w);
}

static void build_tools_that_ran_are_modules_like_others(void **state)
{
	struct world w;

	(void)state;
	for (int ran = 0; ran < 2; ran++) {
		world_open(&w);
		dist(&w, "setuptools", "setuptools\n_distutils_hack\n", "");
		py(&w, "setuptools/__init__.py", "");
		py(&w, "setuptools/build_meta.py", "");
		py(&w, "_distutils_hack/__init__.py", "");
		touched(&w, "/site/_distutils_hack/__init__.py");
		if (ran)
			touched(&w, "/site/setuptools/__init__.py");
		close_over(&w);
		assert_int_equal(reason_of(&w, "setuptools/build_meta.py"),
				 ran ? REASON_MODULE : REASON_NONE);
		world_close(&w);
	}
}

/* --- names ------------------------------------------------------------------------------------ */

static void strings_name_modules_and_files(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\nlib\n", "");
	py(&w, "a/__init__.py",
	   "TABLE = {'x': 'lib.one', 'y': '.two', 'z': 'lib.three:attr'}\n"
	   "open('table.bin')\nopen('templates/page.html')\n'no.such.thing'\n'stranger.mod'\n");
	py(&w, "a/two.py", "");
	file(&w, "a/table.bin")->size = 1 << 20;
	file(&w, "a/unnamed.bin")->size = 1 << 20;
	file(&w, "a/web/templates/page.html")->size = 1 << 20;
	py(&w, "lib/__init__.py", "");
	py(&w, "lib/one.py", "");
	py(&w, "lib/three.py", "");
	dist(&w, "stranger", "stranger\n", "");
	py(&w, "stranger/__init__.py", "");
	py(&w, "stranger/mod.py", "");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	assert_asked(&w, "lib/one.py", REASON_NAME, "a/__init__.py", 1);
	assert_asked(&w, "a/two.py", REASON_NAME, "a/__init__.py", 1);
	assert_asked(&w, "lib/three.py", REASON_NAME, "a/__init__.py", 1);
	assert_asked(&w, "a/table.bin", REASON_NAME, "a/__init__.py", 2);
	assert_asked(&w, "a/web/templates/page.html", REASON_NAME, "a/__init__.py", 3);
	assert_string_equal(cause_of(&w, "a/table.bin")->text, "table.bin");
	assert_int_equal(reason_of(&w, "a/unnamed.bin"), REASON_NONE);
	assert_int_equal(reason_of(&w, "stranger/mod.py"), REASON_NONE);
	world_close(&w);
}

/* As in transformers: tables of names below the package, and relative ones. */
static void tables_of_lazy_modules_are_names(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "app", "app.py\n", "Requires-Dist: lazy\n");
	py(&w, "app.py", "import lazy\n");
	dist(&w, "lazy", "lazy\n", "");
	py(&w, "lazy/__init__.py",
	   "_import_structure = {'models.auto': ['AutoModel'], 'file_utils': []}\n"
	   "_MODULES = {'AutoConfig': '.configs'}\n");
	py(&w, "lazy/models/__init__.py", "");
	py(&w, "lazy/models/auto.py", "");
	py(&w, "lazy/models/other.py", "");
	py(&w, "lazy/file_utils.py", "");
	py(&w, "lazy/configs.py", "");
	touched(&w, "/site/app.py");
	close_over(&w);
	assert_asked(&w, "lazy/models/auto.py", REASON_NAME, "lazy/__init__.py", 1);
	assert_asked(&w, "lazy/file_utils.py", REASON_NAME, "lazy/__init__.py", 1);
	assert_asked(&w, "lazy/configs.py", REASON_NAME, "lazy/__init__.py", 2);
	assert_int_equal(reason_of(&w, "lazy/models/other.py"), REASON_NONE);
	world_close(&w);
}

static void a_computed_import_names_its_siblings(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "import importlib\nimportlib.import_module(f'a.drivers.{name}')\n");
	py(&w, "a/drivers/__init__.py", "");
	py(&w, "a/drivers/disk.py", "");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	assert_asked(&w, "a/drivers/disk.py", REASON_NAME, "a/__init__.py", 2);
	world_close(&w);
}

/* --- plugins ---------------------------------------------------------------------------------- */

/* Entry points in two distributions that the program requires; which of them are kept. */
static void entry_points(struct world *w, const char *source)
{
	world_open(w);
	dist(w, "app", "app.py\napp\n", "Requires-Dist: plug\nRequires-Dist: other\n");
	py(w, "app.py", source);
	dist(w, "plug", "plug\n", "");
	text(w, "plug.egg-info/entry_points.txt",
	     "[app.plugins]\n# not this = plug.comment:f\nfirst = plug.one:load [extra]\n"
	     "second=plug.two\n\n[console_scripts]\nplug = plug.command:main\n"
	     "[unwanted.group]\nx = plug.unwanted\n");
	for (const char *const *m = (const char *const[]){"__init__", "one", "two", "comment",
							  "command", "unwanted", NULL};
	     *m; m++) {
		CLEANUP_FREE char *path = xasprintf("plug/%s.py", *m);

		py(w, path, "");
	}
	touched(w, "/site/app.py");
	close_over(w);
}

static void entry_points_are_entered_when_their_group_is_asked_for(void **state)
{
	struct world w;

	(void)state;
	entry_points(&w,
		     "from importlib.metadata import entry_points\n"
		     "entry_points(group='app.plugins')\nentry_points(group='console_scripts')\n");
	assert_int_equal(reason_of(&w, "plug/one.py"), REASON_PLUGIN);
	assert_int_equal(reason_of(&w, "plug/two.py"), REASON_PLUGIN);
	assert_int_equal(reason_of(&w, "plug/__init__.py"), REASON_PLUGIN);
	assert_string_equal(w.inv.roots[0].entries[cause_of(&w, "plug/two.py")->entry].path,
			    "app.py");
	assert_int_equal(reason_of(&w, "plug/comment.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "plug/command.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "plug/unwanted.py"), REASON_NONE);
	world_close(&w);
	entry_points(&w, "'app.other'\n");
	assert_int_equal(reason_of(&w, "plug/one.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "plug/__init__.py"), REASON_NONE);
	world_close(&w);
}

static void a_listed_namespace_gives_its_modules(void **state)
{
	struct world w;

	(void)state;
	for (int listed = 0; listed < 2; listed++) {
		struct trace_file *t;

		world_open(&w);
		py(&w, "app.py", "");
		dist(&w, "ext", "ext_ns\n", "");
		py(&w, "ext_ns/child.py", "");
		py(&w, "ext_ns/deep/er.py", "");
		dist(&w, "app", "app.py\n", "Requires-Dist: ext\n");
		touched(&w, "/site/app.py");
		t = touched(&w, "/site/ext_ns");
		t->type = TRACE_TYPE_DIR;
		t->ops = listed ? TRACE_LIST : TRACE_STAT;
		close_over(&w);
		assert_int_equal(reason_of(&w, "ext_ns/child.py"),
				 listed ? REASON_PLUGIN : REASON_NONE);
		assert_int_equal(reason_of(&w, "ext_ns/deep/er.py"), REASON_NONE);
		world_close(&w);
	}
}

/* --- data ------------------------------------------------------------------------------------- */

static void small_data_beside_live_modules_and_siblings_of_what_was_read(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	file(&w, "a/small.dat");
	file(&w, "a/large.dat")->size = (64 << 10) + 1;
	file(&w, "a/web/pages/page.htm");
	file(&w, "a/web/docs/page.htm");
	file(&w, "a/large/one.htm");
	file(&w, "a/large/two.htm")->size = 1 << 20;
	file(&w, "a/locale/de/LC_MESSAGES/a.mo");
	file(&w, "a/locale/fr/LC_MESSAGES/a.mo")->size = 100 << 10;
	file(&w, "a/locale/fr/LC_MESSAGES/a.po");
	file(&w, "a/locale/fr/LC_MESSAGES/b.txt")->size = 1 << 20;
	file(&w, "a/regions/x.reg");
	for (int i = 0; i < 9; i++) {
		CLEANUP_FREE char *path = xasprintf("a/regions/%d.reg", i);

		file(&w, path)->size = 1 << 20;
	}
	file(&w, "a/tables/one.tab");
	file(&w, "a/tables/two.tab")->size = 3 << 20;
	file(&w, "a/tables/huge.tab")->size = (4 << 20) + 1;
	touched(&w, "/site/a/__init__.py");
	touched(&w, "/site/a/locale/de/LC_MESSAGES/a.mo");
	touched(&w, "/site/a/tables/one.tab");
	touched(&w, "/site/a/regions/x.reg");
	close_over(&w);
	assert_asked(&w, "a/small.dat", REASON_DATA, "a/__init__.py", 0);
	assert_int_equal(reason_of(&w, "a/large.dat"), REASON_NONE);
	/* A directory of data, not large as a whole; docs are none. */
	assert_asked(&w, "a/web/pages/page.htm", REASON_DATA, "a/__init__.py", 0);
	assert_int_equal(reason_of(&w, "a/web/docs/page.htm"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/large/one.htm"), REASON_NONE);
	assert_asked(&w, "a/locale/fr/LC_MESSAGES/a.mo", REASON_DATA,
		     "a/locale/de/LC_MESSAGES/a.mo", 0);
	assert_int_equal(reason_of(&w, "a/locale/fr/LC_MESSAGES/a.po"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/locale/fr/LC_MESSAGES/b.txt"), REASON_NONE);
	/* Too much beside one that was read. */
	assert_int_equal(reason_of(&w, "a/regions/1.reg"), REASON_NONE);
	assert_asked(&w, "a/tables/two.tab", REASON_DATA, "a/tables/one.tab", 0);
	assert_int_equal(reason_of(&w, "a/tables/huge.tab"), REASON_NONE);
	world_close(&w);
}

/* --- optional libraries ----------------------------------------------------------------------- */

static void libraries_that_the_program_can_do_without_are_left_out(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py",
	   "def f():\n\ttry:\n\t\tfrom a import _guarded\n\texcept ImportError:\n\t\treturn\n"
	   "def g():\n\tfrom a import _needed\n"
	   "def h():\n\ttry:\n\t\tfrom a import _raises\n\texcept ImportError:\n\t\traise\n"
	   "try:\n\tfrom a import _top\nexcept ImportError:\n\tpass\n"
	   "def k():\n\ttry:\n\t\tfrom a import _small\n\texcept ImportError:\n\t\tpass\n");
	for (const char *const *m = (const char *const[]){"_guarded", "_needed", "_raises", "_top",
							  "_small", NULL};
	     *m; m++) {
		CLEANUP_FREE char *path = xasprintf("a/%s.so", *m);

		file(&w, path)->size = strcmp(*m, "_small") == 0 ? 1000 : 1 << 20;
	}
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	assert_int_equal(reason_of(&w, "a/_guarded.so"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/_needed.so"), REASON_IMPORT);
	assert_int_equal(reason_of(&w, "a/_raises.so"), REASON_IMPORT);
	assert_int_equal(reason_of(&w, "a/_top.so"), REASON_IMPORT);
	assert_int_equal(reason_of(&w, "a/_small.so"), REASON_IMPORT);
	assert_int_equal(w.plan.n_left, 1);
	assert_int_equal(w.plan.left[0].why, LEFT_OPTIONAL);
	assert_int_equal(w.plan.left[0].cause.line, 3);
	world_close(&w);
}

static void what_native_modules_import_is_not_seen(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "app", "app.py\n", "Requires-Dist: num[fast]\nRequires-Dist: two[deep, fast]\n");
	py(&w, "app.py", "def f():\n\timport num\n\timport extra\n\timport other\n\timport two\n");
	dist(&w, "num", "num\n",
	     "Requires-Dist: cffi\nRequires-Dist: extra; extra == 'Fast'\n"
	     "Requires-Dist: other; extra == \"slow\"\n");
	py(&w, "num/__init__.py", "from num import _core\n");
	py(&w, "num/_errors.py", "");
	file(&w, "num/_core.so")->size = 1 << 20;
	dist(&w, "cffi", "cffi\n_cffi.so\n", "");
	py(&w, "cffi/__init__.py", "");
	file(&w, "cffi/_other.so");
	file(&w, "_cffi.so");
	dist(&w, "extra", "extra\n", "");
	py(&w, "extra/__init__.py", "");
	py(&w, "extra/alone.py", "");
	dist(&w, "other", "other\n", "");
	py(&w, "other/__init__.py", "");
	/* Compiled together: all of them, or the sources. */
	dist(&w, "two", "two\n", "");
	py(&w, "two/__init__.py", "from two import cd, md\n");
	py(&w, "two/cd.py", "");
	py(&w, "two/md.py", "");
	file(&w, "two/cd.so");
	file(&w, "two/md.so")->size = 1 << 20;
	touched(&w, "/site/app.py");
	close_over(&w);
	assert_int_equal(reason_of(&w, "num/_errors.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "_cffi.so"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "cffi/_other.so"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "extra/__init__.py"), REASON_IMPORT);
	assert_int_equal(reason_of(&w, "extra/alone.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "other/__init__.py"), REASON_NONE);
	assert_int_not_equal(reason_of(&w, "two/cd.so"), REASON_NONE);
	assert_int_not_equal(reason_of(&w, "two/md.so"), REASON_NONE);
	world_close(&w);
}

static void what_did_not_run_says_so_at_its_top_level_too(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/plugin.py",
	   "try:\n\tfrom . import _codec\nexcept ImportError:\n\tpass\n"
	   "try:\n\tfrom . import _light\nexcept ImportError:\n\tpass\nfrom . import _core, "
	   "_fast\n");
	elf(&w, "a/_codec.so", "libcodec.so");
	elf(&w, "a/_light.so", "libc.so");
	elf(&w, "a/_core.so", "libc.so")->size = 1 << 20;
	elf(&w, "a/_fast.so", "libc.so")->size = 1 << 20;
	py(&w, "a/_fast.py", "");
	elf(&w, "a.libs/libcodec.so", "libc.so")->size = 1 << 20;
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	/* By itself it is small, but not with the library that it alone needs. */
	assert_int_equal(reason_of(&w, "a/_codec.so"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a.libs/libcodec.so"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/_light.so"), REASON_IMPORT);
	assert_int_equal(reason_of(&w, "a/_core.so"), REASON_IMPORT);
	/* A compiled copy of a source. */
	assert_int_equal(reason_of(&w, "a/_fast.so"), REASON_NONE);
	assert_int_not_equal(reason_of(&w, "a/_fast.py"), REASON_NONE);
	world_close(&w);
}

/* --- unimportable ----------------------------------------------------------------------------- */

/* Modules that import what is not there, outright and in ways that do not count. */
static void missing(struct world *w, const struct plan_options *opt)
{
	world_open(w);
	dist(w, "a", "a\n", "");
	py(w, "a/__init__.py", "");
	py(w, "a/broken.py", "import nowhere.sub\n");
	py(w, "a/chained.py", "from a import x\nfrom a.broken import y\n");
	py(w, "a/dead/__init__.py", "from .. import x\nfrom ..broken import z\n");
	py(w, "a/dead/inside.py", "");
	py(w, "a/guarded.py", "try:\n\timport nowhere\nexcept ImportError:\n\tpass\n");
	py(w, "a/inside.py", "def f():\n\timport nowhere\n");
	py(w, "a/tried.py", "import nowhere\n");
	py(w, "a/uses_tried.py", "import a.tried\n");
	py(w, "a/vendored.py", "import hidden\n");
	py(w, "a/_vendor/hidden.py", "");
	py(w, "a/stdlib.py", "import json, _winapi_is_not\n");
	touched(w, "/site/a/__init__.py");
	touched(w, "/site/a/tried.py");
	decide_as(w, opt);
}

static void what_cannot_be_imported_is_left_out(void **state)
{
	static const char *const provided[] = {"nowhere"};
	struct world w;

	(void)state;
	missing(&w, &(struct plan_options){.safety = SAFETY_CLOSURE});
	assert_int_equal(category_of(&w, "a/broken.py"), CATEGORY_UNIMPORTABLE);
	assert_int_equal(reason_of(&w, "a/broken.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/chained.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/dead/__init__.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/dead/inside.py"), REASON_NONE);
	assert_int_equal(reason_of(&w, "a/guarded.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/inside.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/tried.py"), REASON_TRACED);
	assert_int_equal(reason_of(&w, "a/uses_tried.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/vendored.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/stdlib.py"), REASON_NONE);
	world_close(&w);
	/* The target has it. */
	missing(&w, &(struct plan_options){
			    .safety = SAFETY_CLOSURE, .provides = provided, .n_provides = 1});
	assert_int_equal(reason_of(&w, "a/broken.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/chained.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/dead/inside.py"), REASON_MODULE);
	assert_int_equal(reason_of(&w, "a/stdlib.py"), REASON_NONE);
	world_close(&w);
}

/* The tree of `missing`, where the run has used one more module, from outside the root. */
static enum reason with_command(const char *module, const char *cwd, char **command, size_t n)
{
	struct world w;
	enum reason reason;

	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/broken.py", "import nowhere.sub\n");
	touched(&w, module); /* sorted: all of these come before /site and /usr */
	touched(&w, "/site/a/__init__.py");
	touched(&w, "/usr/lib/python3.11/os.py");
	w.trace.cwd = (char *)(uintptr_t)cwd;
	w.trace.command = command;
	w.trace.n_command = n;
	decide_as(&w, &(struct plan_options){.safety = SAFETY_CLOSURE});
	reason = reason_of(&w, "a/broken.py");
	world_close(&w);
	return reason;
}

static enum reason with_outside(const char *module, const char *cwd)
{
	return with_command(module, cwd, NULL, 0);
}

static void names_from_outside_the_roots_are_not_missing(void **state)
{
	(void)state;
	/* Used itself, wherever that was. */
	assert_int_equal(with_outside("/app/nowhere.py", "/app"), REASON_MODULE);
	assert_int_equal(with_outside("/app/nowhere/sub.cpython-311.pyc", "/app"), REASON_MODULE);
	/* Another directory of sys.path: nobody knows what else is in it. */
	assert_int_equal(with_outside("/second/helper.py", "/app"), REASON_MODULE);
	assert_int_equal(with_outside("/second/h.abi3.so", "/app"), REASON_MODULE);
	/* The program's own directory, a shared library, the standard library. */
	assert_int_equal(with_outside("/app/main.py", "/app"), REASON_NONE);
	assert_int_equal(with_outside("/second/libssl.so", "/app"), REASON_NONE);
	assert_int_equal(with_outside("/lib/os.py", "/app"), REASON_NONE);
}

static void the_directory_of_the_script_is_the_programs_own_in_a_merged_trace_too(void **state)
{
	char *own[] = {"python3", "-B", "../app/main.py"},
	     *merged[] = {"importtrace", "merge", "--", "python3 -B ../app/main.py",
			  "python3 other.py"},
	     *other[] = {"python3 main"};

	(void)state;
	assert_int_equal(with_command("/app/main.py", "/work", own, 3), REASON_NONE);
	assert_int_equal(with_command("/app/main.py", "/work", merged, 5), REASON_NONE);
	assert_int_equal(with_command("/app/main.py", "/work", other, 1), REASON_MODULE);
}

static void a_source_that_is_none_is_kept(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	py(&w, "a/invalid.py", "import nowhere\nx = (\n");
	touched(&w, "/site/a/__init__.py");
	close_over(&w);
	assert_int_equal(reason_of(&w, "a/invalid.py"), REASON_MODULE);
	world_close(&w);
}

/* --- rules ------------------------------------------------------------------------------------ */

static void rules_keep_where_their_distribution_or_condition_lives(void **state)
{
	static const char rules[] = "[tables]\nkeep *.tbl\n[zones if /a/]\nkeep /zones/\n"
				    "[never if /nobody/]\nkeep /elsewhere/\n";
	CLEANUP_ERROR struct error e = {0};
	struct rules builtin;
	struct world w;

	(void)state;
	assert_int_equal(rules_parse(rules, strlen(rules), "built-in", &builtin, &e), 0);
	world_open(&w);
	dist(&w, "a", "a\n", "");
	py(&w, "a/__init__.py", "");
	file(&w, "a/x.tbl")->size = 1 << 20;
	dist(&w, "b", "b\n", "");
	file(&w, "b/y.tbl");
	file(&w, "zones/utc");
	file(&w, "elsewhere/z");
	touched(&w, "/site/a/__init__.py");
	decide_as(&w, &(struct plan_options){.safety = SAFETY_CLOSURE, .builtin = &builtin});
	assert_int_equal(reason_of(&w, "a/x.tbl"), REASON_RULE);
	assert_string_equal(cause_of(&w, "a/x.tbl")->text, "tables");
	assert_int_equal(reason_of(&w, "b/y.tbl"), REASON_NONE);
	assert_int_equal(reason_of(&w, "zones/utc"), REASON_RULE);
	assert_int_equal(reason_of(&w, "elsewhere/z"), REASON_NONE);
	world_close(&w);
	rules_free(&builtin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports_are_followed_to_the_line),
		cmocka_unit_test(imports_cross_into_declared_dependencies_only),
		cmocka_unit_test(a_hook_of_every_start_leads_nowhere),
		cmocka_unit_test(other_modules_of_touched_distributions_stay_but_no_tests),
		cmocka_unit_test(build_tools_that_ran_are_modules_like_others),
		cmocka_unit_test(strings_name_modules_and_files),
		cmocka_unit_test(tables_of_lazy_modules_are_names),
		cmocka_unit_test(a_computed_import_names_its_siblings),
		cmocka_unit_test(entry_points_are_entered_when_their_group_is_asked_for),
		cmocka_unit_test(a_listed_namespace_gives_its_modules),
		cmocka_unit_test(small_data_beside_live_modules_and_siblings_of_what_was_read),
		cmocka_unit_test(libraries_that_the_program_can_do_without_are_left_out),
		cmocka_unit_test(what_native_modules_import_is_not_seen),
		cmocka_unit_test(what_did_not_run_says_so_at_its_top_level_too),
		cmocka_unit_test(what_cannot_be_imported_is_left_out),
		cmocka_unit_test(names_from_outside_the_roots_are_not_missing),
		cmocka_unit_test(
			the_directory_of_the_script_is_the_programs_own_in_a_merged_trace_too),
		cmocka_unit_test(a_source_that_is_none_is_kept),
		cmocka_unit_test(rules_keep_where_their_distribution_or_condition_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
