#include "test.h"

#include "base/mem.h"
#include "trace/links.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A directory of the test's own, and the working directory. */
static char top[64];

static int enter_top(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/links-XXXXXX");
	return mkdtemp(top) && chdir(top) == 0 ? 0 : -1;
}

static int leave_top(void **state)
{
	(void)state;
	unlink("link");
	unlink("file");
	return chdir("/") == 0 && rmdir(top) == 0 ? 0 : -1;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static char *at(const char *name)
{
	return xasprintf("%s/%s", top, name);
}

static void check(struct links *l, const char *path, enum link_state want, const char *text)
{
	const char *target = NULL;

	assert_int_equal(links_look(l, path, &target), want);
	if (text)
		assert_string_equal(target, text);
}

static void the_disk_is_asked_where_the_run_says_nothing(void **state)
{
	CLEANUP_FREE char *link = at("link"), *file = at("file"), *none = at("none"),
			  *below = at("file/x");
	struct links l = {.last_word = true};

	(void)state;
	assert_int_equal(symlink("some/where", "link"), 0);
	assert_true(close(creat("file", 0644)) == 0);
	check(&l, link, LINK_SYMLINK, "some/where");
	check(&l, file, LINK_PLAIN, NULL);
	check(&l, none, LINK_NONE, NULL);
	check(&l, below, LINK_NONE, NULL);
	/* The answer is kept. */
	assert_int_equal(unlink("link"), 0);
	check(&l, link, LINK_SYMLINK, "some/where");
	links_free(&l);
}

static void a_symlink_younger_than_the_record_is_not_what_it_met(void **state)
{
	CLEANUP_FREE char *link = at("link");
	struct links l = {.at_ns = now_ns() - 1000000000};

	(void)state;
	unlink("link");
	assert_int_equal(symlink("x", "link"), 0);
	check(&l, link, LINK_NONE, NULL);
	links_plain(&l, link);
	check(&l, link, LINK_PLAIN, NULL);
	links_free(&l);
	l = (struct links){.at_ns = now_ns() + 1000000000};
	check(&l, link, LINK_SYMLINK, "x");
	links_free(&l);
}

static void what_the_run_made_counts_more_than_the_disk(void **state)
{
	struct links l = {0};

	(void)state;
	links_made(&l, "/no/dir", NULL, true);
	links_made(&l, "/no/link", "dir", false);
	check(&l, "/no/dir", LINK_PLAIN, NULL);
	check(&l, "/no/link", LINK_SYMLINK, "dir");
	assert_true(links_may_lead(&l, "/no/dir"));
	assert_false(links_may_lead(&l, "/no/link"));
	links_removed(&l, "/no/link", false);
	links_made(&l, "/no/link", NULL, true);
	check(&l, "/no/link", LINK_PLAIN, NULL);
	assert_int_equal(l.unsure, 0);
	links_free(&l);
}

static void a_move_takes_along_all_that_is_below(void **state)
{
	struct links l = {0};

	(void)state;
	links_made(&l, "/no/a", NULL, true);
	links_made(&l, "/no/a/b", NULL, true);
	links_made(&l, "/no/a/b/link", "x", false);
	links_made(&l, "/no/ab", "other", false);
	links_moved(&l, "/no/a", "/no/c", false);
	check(&l, "/no/c/b/link", LINK_SYMLINK, "x");
	check(&l, "/no/ab", LINK_SYMLINK, "other");
	links_moved(&l, "/no/c", "/no/ab", true);
	check(&l, "/no/ab/b/link", LINK_SYMLINK, "x");
	check(&l, "/no/c", LINK_SYMLINK, "other");
	assert_int_equal(l.unsure, 0);
	links_free(&l);
}

static void a_record_that_comes_late_sees_what_was_there(void **state)
{
	struct links l = {.at_ns = 10};

	(void)state;
	links_made(&l, "/no/x", "first", false);
	l.at_ns = 20;
	links_made(&l, "/no/x", "second", false);
	l.at_ns = 30;
	links_removed(&l, "/no/x", false);
	links_made(&l, "/no/x", NULL, false);
	check(&l, "/no/x", LINK_PLAIN, NULL);
	l.at_ns = 25;
	check(&l, "/no/x", LINK_SYMLINK, "second");
	l.at_ns = 15;
	check(&l, "/no/x", LINK_SYMLINK, "first");
	assert_int_equal(l.unsure, 0);
	links_free(&l);
}

/* Nobody knew what it was; a late record says it, and only of that time. */
static void a_late_record_tells_of_its_own_time(void **state)
{
	struct links l = {.at_ns = 20};

	(void)state;
	links_made(&l, "/no/x", "target", false);
	l.at_ns = 10;
	check(&l, "/no/x", LINK_NONE, NULL);
	links_plain(&l, "/no/x");
	check(&l, "/no/x", LINK_PLAIN, NULL);
	l.at_ns = 20;
	check(&l, "/no/x", LINK_SYMLINK, "target");
	links_free(&l);
}

static void a_late_move_is_not_sure(void **state)
{
	struct links l = {.at_ns = 20};

	(void)state;
	links_made(&l, "/no/to", "target", false);
	l.at_ns = 10;
	links_moved(&l, "/no/from", "/no/to", false);
	assert_int_equal(l.unsure, 1);
	l.at_ns = 20;
	check(&l, "/no/to", LINK_SYMLINK, "target");
	links_free(&l);
}

static void an_answer_from_the_time_of_a_change_is_not_sure(void **state)
{
	CLEANUP_FREE char *file = at("file");
	struct links l = {.last_word = true};

	(void)state;
	close(creat("file", 0644));
	check(&l, file, LINK_PLAIN, NULL);
	l.at_ns = now_ns();
	links_removed(&l, file, false);
	assert_int_equal(l.unsure, 1);
	assert_string_equal(l.unsure_path, file);
	links_free(&l);
	l = (struct links){.last_word = true};
	check(&l, file, LINK_PLAIN, NULL);
	l.at_ns = now_ns() + 1000000000;
	links_removed(&l, file, false);
	assert_int_equal(l.unsure, 0);
	links_free(&l);
}

static void a_hard_link_is_what_its_file_is(void **state)
{
	struct links l = {0};

	(void)state;
	links_made(&l, "/no/link", "x", false);
	links_linked(&l, "/no/link", "/no/second");
	check(&l, "/no/second", LINK_SYMLINK, "x");
	/* Of what is not known its link is not known either, whatever had that name before. */
	links_linked(&l, "/no/where", "/no/second");
	check(&l, "/no/second", LINK_NONE, NULL);
	links_free(&l);
}

static void names_in_memory_are_never_looked_up_on_the_disk(void **state)
{
	struct links l = {0};

	(void)state;
	check(&l, "memory:1a:/x", LINK_PLAIN, NULL);
	links_made(&l, "memory:1a:/y", "x", false);
	check(&l, "memory:1a:/y", LINK_SYMLINK, "x");
	links_free(&l);
}

static void what_was_there_before_the_run_is_remembered(void **state)
{
	CLEANUP_FREE char *file = at("file"), *link = at("link"), *other = at("other");
	struct links l = {0};

	(void)state;
	unlink("link");
	assert_int_equal(symlink("x", "link"), 0);
	close(creat("file", 0644));
	links_survey(&l, top, 100);
	assert_int_equal(unlink("link") | unlink("file"), 0);
	l.at_ns = now_ns() + 1000000000;
	check(&l, file, LINK_PLAIN, NULL);
	check(&l, link, LINK_NONE, NULL);
	/* Removed, made a symlink, and asked for as it was before. */
	links_removed(&l, file, false);
	links_made(&l, file, "target", false);
	check(&l, file, LINK_SYMLINK, "target");
	l.at_ns -= 500000000;
	check(&l, file, LINK_PLAIN, NULL);
	assert_int_equal(l.unsure, 0);
	/* What the run has put there counts, not what was there. */
	l.at_ns += 600000000;
	links_linked(&l, other, file);
	check(&l, file, LINK_NONE, NULL);
	links_free(&l);
}

static void a_survey_ends(void **state)
{
	CLEANUP_FREE char *file = at("file");
	struct links l = {0};

	(void)state;
	close(creat("file", 0644));
	links_survey(&l, top, 0);
	assert_int_equal(l.n, 0);
	links_survey(&l, "/nowhere-at-all", 100);
	links_survey(&l, file, 100);
	assert_int_equal(l.n, 0);
	links_survey(&l, "/usr", 500);
	assert_in_range(l.n, 10, 500);
	links_free(&l);
}

#define DEPTH 40

/* Down through directories of 200 bytes each, beyond PATH_MAX. */
static void paths_may_be_longer_than_PATH_MAX(void **state)
{
	char name[201], target[16] = "";
	struct stat st;
	char *path = xstrdup(top), *leaf;
	ssize_t n;

	(void)state;
	memset(name, 'd', 200);
	name[200] = '\0';
	for (int i = 0; i < DEPTH; i++) {
		char *next = xasprintf("%s/%s", path, name);

		free(path);
		path = next;
		assert_int_equal(mkdir(name, 0755), 0);
		assert_int_equal(chdir(name), 0);
	}
	assert_true(strlen(path) > PATH_MAX);
	assert_int_equal(path_lstat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(symlink("text", "leaf"), 0);
	leaf = xasprintf("%s/leaf", path);
	n = path_readlink(leaf, target, sizeof(target) - 1);
	assert_int_equal(n, 4);
	assert_string_equal(target, "text");
	assert_int_equal(unlink("leaf"), 0);
	assert_int_equal(path_lstat(leaf, &st), -1);
	for (int i = 0; i < DEPTH; i++) {
		assert_int_equal(chdir(".."), 0);
		assert_int_equal(rmdir(name), 0);
	}
	free(path);
	free(leaf);
}

static void what_was_there_is_told_by_the_run_and_by_the_time_of_its_last_change(void **state)
{
	CLEANUP_FREE char *file = at("file"), *none = at("none"), *made = at("made"),
			  *through = at("file/../file"), *slash = at("file/");
	struct links l = {.at_ns = now_ns() - 1000000000};

	(void)state;
	close(open("file", O_CREAT | O_WRONLY, 0600));
	assert_int_equal(links_presence(&l, file), UNSURE); /* it is younger than the record */
	l.at_ns = now_ns() + 1000000000;
	assert_int_equal(links_presence(&l, file), PRESENT);
	assert_int_equal(links_presence(&l, none), ABSENT);
	/* The disk is ahead: the run has made it, and moved it since. */
	links_made(&l, made, NULL, false);
	assert_int_equal(links_presence(&l, made), PRESENT);
	links_removed(&l, made, false);
	assert_int_equal(links_presence(&l, made), ABSENT);
	assert_true(path_meets_file(through, false));
	assert_false(path_meets_file(slash, false));
	assert_false(path_meets_file(none, false));
	unlink("file");
	links_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_disk_is_asked_where_the_run_says_nothing),
		cmocka_unit_test(a_symlink_younger_than_the_record_is_not_what_it_met),
		cmocka_unit_test(what_the_run_made_counts_more_than_the_disk),
		cmocka_unit_test(a_move_takes_along_all_that_is_below),
		cmocka_unit_test(a_record_that_comes_late_sees_what_was_there),
		cmocka_unit_test(a_late_record_tells_of_its_own_time),
		cmocka_unit_test(a_late_move_is_not_sure),
		cmocka_unit_test(an_answer_from_the_time_of_a_change_is_not_sure),
		cmocka_unit_test(a_hard_link_is_what_its_file_is),
		cmocka_unit_test(names_in_memory_are_never_looked_up_on_the_disk),
		cmocka_unit_test(what_was_there_before_the_run_is_remembered),
		cmocka_unit_test(a_survey_ends),
		cmocka_unit_test(
			what_was_there_is_told_by_the_run_and_by_the_time_of_its_last_change),
		cmocka_unit_test(paths_may_be_longer_than_PATH_MAX),
	};

	return cmocka_run_group_tests(tests, enter_top, leave_top);
}
