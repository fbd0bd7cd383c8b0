/* category - what kind of thing a file is, by its path: why it was removed, and what the classic
 * rule lists (level static) delete. */
#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

const char *const category_names[CATEGORIES] = {
	"tests",
	"docs",
	"examples",
	"benchmarks",
	"build tools",
	"metadata",
	"bytecode",
	"type stubs",
	"C sources",
	"config",
	"VCS",
	"unimportable module",
	"untouched module",
	"untouched library",
	"untouched data",
	"untouched distribution",
	"source",
};

struct category_rule {
	const char *pattern;
	enum category category;
};

/* Names of directories anywhere on the path. */
static const struct category_rule dir_rules[] = {
	{"__pycache__", CATEGORY_BYTECODE},
	{"tests", CATEGORY_TESTS},
	{"test", CATEGORY_TESTS},
	{"docs", CATEGORY_DOCS},
	{"doc", CATEGORY_DOCS},
	{"examples", CATEGORY_EXAMPLES},
	{"example", CATEGORY_EXAMPLES},
	{"samples", CATEGORY_EXAMPLES},
	{"benchmarks", CATEGORY_BENCHMARKS},
	{"benchmark", CATEGORY_BENCHMARKS},
	{".git", CATEGORY_VCS},
	{".github", CATEGORY_VCS},
	{".svn", CATEGORY_VCS},
	{".hg", CATEGORY_VCS},
	{"*.dist-info", CATEGORY_METADATA},
	{"*.egg-info", CATEGORY_METADATA},
};

/* Top-level packages that build and install others. */
static const char *const build_tools[] = {
	"pip",           "setuptools",      "wheel",
	"pkg_resources", "_distutils_hack", "distutils-precedence.pth"};

static const struct category_rule file_rules[] = {
	{"*.pyc", CATEGORY_BYTECODE},
	{"*.pyo", CATEGORY_BYTECODE},
	{"*.pyi", CATEGORY_STUBS},
	{"py.typed", CATEGORY_STUBS},
	{"*.c", CATEGORY_C_SOURCES},
	{"*.h", CATEGORY_C_SOURCES},
	{"*.cc", CATEGORY_C_SOURCES},
	{"*.cpp", CATEGORY_C_SOURCES},
	{"*.hpp", CATEGORY_C_SOURCES},
	{"*.pyx", CATEGORY_C_SOURCES},
	{"*.pxd", CATEGORY_C_SOURCES},
	{"*.pxi", CATEGORY_C_SOURCES},
	{"*.a", CATEGORY_C_SOURCES},
	{"*.md", CATEGORY_DOCS},
	{"*.rst", CATEGORY_DOCS},
	{"test_*.py", CATEGORY_TESTS},
	{"*_test.py", CATEGORY_TESTS},
	{"conftest.py", CATEGORY_TESTS},
	{"setup.cfg", CATEGORY_CONFIG},
	{"setup.py", CATEGORY_CONFIG},
	{"pyproject.toml", CATEGORY_CONFIG},
	{"tox.ini", CATEGORY_CONFIG},
	{"Makefile", CATEGORY_CONFIG},
	{".gitignore", CATEGORY_VCS},
	{".gitattributes", CATEGORY_VCS},
};

/* The patterns above have at most one '*': no need for fnmatch, which is asked millions of times. */
static bool matches(const char *pattern, const char *s, size_t n)
{
	const char *star;
	size_t len, before, after;

	if (*pattern != '*' && (!n || *pattern != *s))
		return false;
	star = strchr(pattern, '*');
	len = strlen(pattern);
	before = star ? (size_t)(star - pattern) : len;
	after = len - before - (star != NULL);
	if (!star)
		return n == len && memcmp(pattern, s, n) == 0;
	return n >= before + after && memcmp(pattern, s, before) == 0 &&
	       memcmp(star + 1, s + n - after, after) == 0;
}

static bool by_dirs(const char *path, enum category *ret)
{
	for (const char *s; (s = strchr(path, '/')); path = s + 1)
		for (size_t k = 0; k < ARRAY_SIZE(dir_rules); k++)
			if (matches(dir_rules[k].pattern, path, (size_t)(s - path))) {
				*ret = dir_rules[k].category;
				return true;
			}
	return false;
}

static bool is_build_tool(const char *path)
{
	for (size_t k = 0; k < ARRAY_SIZE(build_tools); k++) {
		size_t n = strlen(build_tools[k]);

		if (strncmp(path, build_tools[k], n) == 0 && (path[n] == '/' || !path[n]))
			return true;
	}
	return false;
}

enum category category_by_name(const char *path)
{
	const char *base = path_base(path);
	size_t n = strlen(base);
	enum category c;

	if (is_build_tool(path))
		return CATEGORY_BUILD_TOOLS;
	if (by_dirs(path, &c))
		return c;
	for (size_t k = 0; k < ARRAY_SIZE(file_rules); k++)
		if (matches(file_rules[k].pattern, base, n))
			return file_rules[k].category;
	return matches("*.py", base, n) ? CATEGORY_MODULE : CATEGORY_DATA;
}

enum category categorise(const struct entry *ent)
{
	enum category c = category_by_name(ent->path);

	return ent->elf && (c == CATEGORY_MODULE || c == CATEGORY_DATA) ? CATEGORY_LIBRARY : c;
}

bool category_is_static(enum category c)
{
	return c < CATEGORY_UNIMPORTABLE;
}
