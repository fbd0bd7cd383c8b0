#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "plan/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static bool matches(const char *pattern, const char *path, bool is_dir)
{
	struct pattern p = {0};
	struct error e = {0};
	bool found;

	assert_int_equal(pattern_compile(pattern, strlen(pattern), &p, &e), 0);
	found = pattern_match(&p, path, is_dir);
	pattern_free(&p);
	return found;
}

static void patterns_follow_the_manual(void **state)
{
	(void)state;
	assert_true(matches("*.json", "a/b/x.json", false));
	assert_true(matches("data", "a/data/x.json", false)); /* a directory covers what is below */
	assert_false(matches("data", "a/mydata", false));
	assert_true(matches("/data", "data", true));
	assert_false(matches("/data", "a/data", true));
	assert_true(matches("a/*", "a/b/c", false)); /* a/b is covered, and all below */
	assert_false(matches("a/*.py", "a/b/c.py", false));
	assert_true(matches("a/**/c.py", "a/c.py", false));
	assert_true(matches("a/**/c.py", "a/b/b/c.py", false));
	assert_true(matches("**/c", "a/b/c", false));
	assert_false(matches("a/**", "a", true));
	assert_true(matches("a/**", "a/b", false));
	assert_false(matches("x/", "x", false));
	assert_true(matches("x/", "x", true));
	assert_true(matches("x/", "x/y", false));
	assert_true(matches("[[:digit:]a-c]x[!y]", "bxz", false));
	assert_false(matches("[[:digit:]a-c]x[!y]", "bxy", false));
	assert_true(matches("\\*\\ ", "* ", false));
}

static void bad_patterns_say_why(void **state)
{
	static const char *const bad[] = {"", "/", "a[b", "[]", "a\\", "[[:nope:]]", "x[a-"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pattern p = {0};
		CLEANUP_ERROR struct error e = {0};

		assert_int_equal(pattern_compile(bad[i], strlen(bad[i]), &p, &e), -EINVAL);
		assert_null(p.tokens);
	}
}

/* A pattern that makes backtracking matchers exponential. */
static void time_is_bounded(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(matches("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text, false));
	assert_false(matches("**/a**/*a/**/*a/**/*a/**/*a/**/*a/**/b", text, false));
}

/* --- against git ------------------------------------------------------------------------------ */

#define CASES 2000
#define PATHS 8

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

/* Few letters, so that patterns and paths often meet. */
static char *random_path(void)
{
	static const char *const names[] = {"a",   "b",   "ab", "ba", "abc",
					    "a.b", "x y", "-",  "0",  "aB"};
	struct buf b = {0};

	for (uint32_t n = 1 + below(4); n; n--)
		buf_addf(&b, "%s%s", b.len ? "/" : "", names[below(ARRAY_SIZE(names))]);
	return buf_take(&b);
}

/* "ab**": the manual says that these stars are ordinary; git 2.39 takes them for a whole component
 * when all before them is literal. We follow the manual. */
static bool git_differs(const char *pattern)
{
	size_t n = strcspn(pattern, "*?[\\");

	return n && pattern[n - 1] != '/' && strncmp(pattern + n, "**", 2) == 0;
}

static char *random_pattern(void)
{
	static const char *const parts[] = {"a",       "b",       "ab",
					    "*",       "?",       "**",
					    "/",       "/**/",    "**/",
					    "/**",     "[ab]",    "[!a]",
					    "[^b/]",   "[a-c]",   "\\a",
					    ".b",      "[]a]",    "[a-",
					    "[\\]a",   "[!]a]",   "[[:alpha:]]",
					    "[[:x]a",  "[c-a.b]", "\\",
					    "x y",     "[-a]",    "***",
					    "0",       "-",       "B",
					    "[a\\-c]", "[[:",     "[[:digit:][:upper:]]"};
	struct buf b = {0};

	for (uint32_t n = 1 + below(5); n; n--)
		buf_addstr(&b, parts[below(ARRAY_SIZE(parts))]);
	if (below(6) == 0)
		buf_addch(&b, '/');
	if (git_differs(b.data))
		buf_truncate(&b, 1);
	/* These git reads as something else than a pattern. */
	if (b.data[0] == '!' || b.data[0] == '#' || b.data[b.len - 1] == ' ')
		buf_addch(&b, 'a');
	return buf_take(&b);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Makes the path with all above it: the last component a directory or a file. A part that is
 * there already as a file stays one: then nothing is made. */
static void make_path(const char *base, const char *path, bool dir)
{
	CLEANUP_FREE char *whole = xasprintf("%s/%s", base, path);

	for (char *s = whole + strlen(base) + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(whole, 0755);
		*s = '/';
	}
	if (dir)
		mkdir(whole, 0755);
	else
		close(open(whole, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
}

/* Whether git takes the path for ignored; `n` counts through the answers of check-ignore -v -n -z:
 * source, line, pattern, path, each ended by NUL. */
static bool next_answer(const char **at, const char *path)
{
	const char *source = *at, *line = source + strlen(source) + 1;
	const char *pattern = line + strlen(line) + 1, *name = pattern + strlen(pattern) + 1;

	assert_string_equal(name, path);
	*at = name + strlen(name) + 1;
	return source[0] != '\0';
}

static void ask_git(const char *dir, const struct buf *questions, struct buf *answers)
{
	CLEANUP_FREE char *in = xasprintf("%s/in", dir), *out = xasprintf("%s/out", dir);
	CLEANUP_FREE char *command =
		xasprintf("cd %s && git init -q . && git -c core.ignoreCase=false -c "
			  "core.excludesFile=/dev/null "
			  "check-ignore --no-index -v -n -z --stdin <in >out",
			  dir);
	FILE *f = fopen(in, "w");
	char block[65536];
	size_t n;

	assert_non_null(f);
	assert_int_equal(fwrite(questions->data, 1, questions->len, f), questions->len);
	assert_int_equal(fclose(f), 0);
	n = (size_t)system(command); /* NOLINT: a test's own words */
	assert_true(WIFEXITED((int)n) && WEXITSTATUS((int)n) <= 1);
	f = fopen(out, "r");
	assert_non_null(f);
	while ((n = fread(block, 1, sizeof(block), f)))
		buf_add(answers, block, n);
	fclose(f);
}

/* git decides about thousands of random patterns, each in the .gitignore of a directory of its
 * own that holds random paths; so do we. What we call an error, git takes for never matching. */
static void patterns_agree_with_git(void **state)
{
	char dir[] = "/tmp/importtrace.test.XXXXXX";
	CLEANUP_BUF struct buf questions = {0}, answers = {0};
	CLEANUP_FREE char *remove = NULL;
	char **patterns = xcalloc(CASES, sizeof(*patterns));
	char **paths = xcalloc(CASES * PATHS, sizeof(*paths));
	size_t hits = 0, refused = 0, wrong = 0;
	const char *at;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (size_t c = 0; c < CASES; c++) {
		CLEANUP_FREE char *base = xasprintf("%s/%zu", dir, c);
		CLEANUP_FREE char *ignore = xasprintf("%s/.gitignore", base);
		CLEANUP_FREE char *line = NULL;

		mkdir(base, 0755);
		patterns[c] = random_pattern();
		line = xasprintf("%s\n", patterns[c]);
		write_file(ignore, line);
		for (size_t k = 0; k < PATHS; k++) {
			paths[c * PATHS + k] = random_path();
			make_path(base, paths[c * PATHS + k], below(3) == 0);
			buf_addf(&questions, "%zu/%s", c, paths[c * PATHS + k]);
			buf_addch(&questions, '\0');
		}
	}
	ask_git(dir, &questions, &answers);
	at = answers.data;
	for (size_t c = 0; c < CASES; c++) {
		struct pattern p = {0};
		struct error e = {0};
		bool ok = pattern_compile(patterns[c], strlen(patterns[c]), &p, &e) == 0;

		refused += !ok;
		for (size_t k = 0; k < PATHS; k++) {
			const char *path = paths[c * PATHS + k];
			CLEANUP_FREE char *named = xasprintf("%zu/%s", c, path);
			CLEANUP_FREE char *whole = xasprintf("%s/%s", dir, named);
			struct stat st = {0};
			bool theirs = next_answer(&at, named);
			bool ours;

			/* Below a file: no path at all, git and we may think what we like. */
			if (lstat(whole, &st) < 0)
				continue;
			ours = ok && pattern_match(&p, path, S_ISDIR(st.st_mode));
			hits += theirs;
			if (ours != theirs) {
				print_message("'%s' and '%s'%s: git %d, here %d\n", patterns[c],
					      path, S_ISDIR(st.st_mode) ? " (directory)" : "",
					      theirs, ours);
				wrong++;
			}
		}
		pattern_free(&p);
		error_clear(&e);
	}
	remove = xasprintf("rm -rf %s", dir);
	assert_int_equal(system(remove), 0); /* NOLINT */
	for (size_t i = 0; i < CASES; i++)
		free(patterns[i]);
	for (size_t i = 0; i < CASES * PATHS; i++)
		free(paths[i]);
	free(patterns);
	free(paths);
	assert_int_equal(wrong, 0);
	assert_true(hits > CASES && refused > 100); /* the cases mean something */
}

/* --- the file --------------------------------------------------------------------------------- */

static void parse_ok(const char *text, struct rules *rs)
{
	struct error e = {0};

	assert_int_equal(rules_parse(text, strlen(text), "F", rs, &e), 0);
}

static void comments_become_reasons(void **state)
{
	CLEANUP_RULES struct rules rs = {0};

	(void)state;
	parse_ok("# of the file\n\n# of the section\n[one]\nkeep a # own\n"
		 "drop b c \\# d \t# other\r\n# block\n# goes on\nkeep e\nkeep f\n\nkeep g\n"
		 "[two if /x/]\nkeep h\\ \nkeep i\\#",
		 &rs);
	assert_int_equal(rs.n, 7);
	assert_string_equal(rs.list[0].why, "own");
	assert_string_equal(rs.list[1].text, "b c \\# d");
	assert_string_equal(rs.list[1].why, "other");
	assert_int_equal(rs.list[1].verb, RULE_DROP);
	assert_string_equal(rs.list[2].why, "block goes on");
	assert_string_equal(rs.list[3].why, "block goes on");
	assert_string_equal(rs.list[4].why, "of the section");
	assert_int_equal(rs.list[4].line, 12);
	assert_string_equal(rs.list[5].text, "h\\ ");
	assert_string_equal(rs.list[5].why, "");
	assert_string_equal(rs.list[6].text, "i\\#");
	assert_string_equal(rs.sections[1].name, "two");
	assert_string_equal(rs.sections[1].condition_text, "/x/");
	assert_int_equal(rs.list[6].section, 1);
}

static void bad_lines_are_named(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"keep a\n\nkep b\n", "F: line 3: a rule is"},
		{"keep", "F: line 1: the pattern '': it names nothing"},
		{"keep # why", "F: line 1: the pattern ''"},
		{"keep a\ndrop [a", "F: line 2: the pattern '[a': the set"},
		{"!a", "F: line 1: a rule is"},
		{"keep !a", "F: line 1: '!'"},
		{"[x", "F: line 1: a section's head"},
		{"[]", "F: line 1: a section's name"},
		{"[", "F: line 1: a section's head"},
		{"[a when b]", "F: line 1: behind a section's name"},
		{"[a if ]", "F: line 1: behind a section's name"},
		{"[a if x[]", "F: line 1: the condition"},
		{"keep \xff", "F: line 1: it is not UTF-8"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct rules rs = {0};
		CLEANUP_ERROR struct error e = {0};

		assert_int_equal(rules_parse(bad[i].text, strlen(bad[i].text), "F", &rs, &e),
				 -EINVAL);
		assert_null(rs.list);
		if (!strstr(error_text(&e), bad[i].says))
			fail_msg("'%s' says '%s'", bad[i].text, error_text(&e));
	}
}

static void the_last_match_decides(void **state)
{
	CLEANUP_RULES struct rules rs = {0};
	const bool off[] = {false};

	(void)state;
	parse_ok("drop docs/\nkeep /a/docs/index.md\n[s]\ndrop index.md\n", &rs);
	assert_int_equal(rules_match(&rs, "a/docs/x", false, NULL), 0);
	assert_int_equal(rules_match(&rs, "a/docs/index.md", false, NULL), 2);
	assert_int_equal(rules_match(&rs, "a/docs/index.md", false, off), 1);
	assert_int_equal(rules_match(&rs, "docs", false, NULL), RULES_NONE);
	assert_int_equal(rules_match(&rs, "docs", true, NULL), 0);
}

static void the_built_in_rules_parse(void **state)
{
	CLEANUP_RULES struct rules rs = {0};
	struct error e = {0};

	(void)state;
	assert_int_equal(rules_builtin(&rs, &e), 0);
	assert_true(rs.n > 0);
	for (size_t i = 0; i < rs.n; i++) {
		assert_int_not_equal(rs.list[i].section, RULES_NONE);
		if (!rs.list[i].why[0])
			fail_msg("line %u gives no reason", rs.list[i].line);
	}
}

/* The table of Levenshtein in full, to compare with. */
static size_t plain_distance(const char *a, const char *b)
{
	size_t table[16][16], n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			size_t best = i ? j ? table[i - 1][j - 1] + (a[i - 1] != b[j - 1]) : i : j;

			if (i && table[i - 1][j] + 1 < best)
				best = table[i - 1][j] + 1;
			if (j && table[i][j - 1] + 1 < best)
				best = table[i][j - 1] + 1;
			table[i][j] = best;
		}
	return table[n][m];
}

static void distance_is_exact_up_to_its_bound(void **state)
{
	(void)state;
	for (int k = 0; k < 20000; k++) {
		char a[12] = {0}, b[12] = {0};
		size_t max = below(6), want, n = below(11), m = below(11);

		for (size_t i = 0; i < n; i++)
			a[i] = (char)('a' + below(3));
		for (size_t i = 0; i < m; i++)
			b[i] = (char)('a' + below(3));
		want = plain_distance(a, b);
		assert_int_equal(edit_distance(a, b, max), want <= max ? want : SIZE_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_follow_the_manual),
		cmocka_unit_test(bad_patterns_say_why),
		cmocka_unit_test(time_is_bounded),
		cmocka_unit_test(patterns_agree_with_git),
		cmocka_unit_test(comments_become_reasons),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(the_last_match_decides),
		cmocka_unit_test(the_built_in_rules_parse),
		cmocka_unit_test(distance_is_exact_up_to_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
