#include "test.h"

#include "base/mem.h"
#include "trace/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A tree on the disk: dir/file, link → dir, up → ../TOP/dir, loop → loop. */
static char top[64];

static char *at(const char *name)
{
	return xasprintf("%s/%s", top, name);
}

static void make_link(const char *target, const char *name)
{
	CLEANUP_FREE char *path = at(name);

	assert_int_equal(symlink(target, path), 0);
}

static int make_tree(void **state)
{
	CLEANUP_FREE char *dir = NULL, *up = NULL, *file = NULL;
	int fd;

	(void)state;
	snprintf(top, sizeof(top), "/tmp/resolve-XXXXXX");
	if (!mkdtemp(top))
		return -1;
	dir = at("dir");
	up = xasprintf("../%s/dir", strrchr(top, '/') + 1);
	file = at("dir/file");
	if (mkdir(dir, 0755) < 0 || (fd = creat(file, 0644)) < 0)
		return -1;
	close(fd);
	make_link("dir", "link");
	make_link(up, "up");
	make_link("loop", "loop");
	return 0;
}

static int remove_tree(void **state)
{
	static const char *const names[] = {"link", "up", "loop", "dir/file"};
	CLEANUP_FREE char *dir = at("dir");

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP_FREE char *path = at(names[i]);

		unlink(path);
	}
	rmdir(dir);
	return rmdir(top);
}

static const struct sight mine = {.tgid = 42, .tid = 43};

/* What a name means for process 42 as a string to free; "!N" when it is resolution N. */
static char *meant(const struct sight *sight, const char *name, bool nofollow, bool *via_link)
{
	struct resolver r = {.links.last_word = true};
	char *path = NULL;
	enum resolution res = resolve(&r, sight, name, nofollow, via_link, &path);

	resolver_free(&r);
	if (res == RESOLVED)
		return path;
	free(path);
	return xasprintf("!%d", res);
}

static void check(const char *name, bool nofollow, const char *want, bool want_via)
{
	bool via = !want_via;
	CLEANUP_FREE char *got = meant(&mine, name, nofollow, &via);

	assert_string_equal(got, want);
	assert_int_equal(via, want_via);
}

static void check_below(const char *name, bool nofollow, const char *want, bool want_via)
{
	CLEANUP_FREE char *path = at(name), *full = at(want);

	check(path, nofollow, full, want_via);
}

static void symlinks_are_followed(void **state)
{
	(void)state;
	check_below("dir/file", false, "dir/file", false);
	check_below("link/file", false, "dir/file", true);
	check_below("up/file", false, "dir/file", true);
	check_below("link", false, "dir", true);
	check_below("link", true, "link", false);
	check_below("link/", true, "dir", true);
	check_below("./dir//.././link/../dir", false, "dir", true);
}

static void what_cannot_be_told_says_so(void **state)
{
	CLEANUP_FREE char *gone = at("gone/file"), *loop = at("loop/file"), *got = NULL,
			  *other = NULL;
	bool via;

	(void)state;
	got = meant(&mine, gone, false, &via);
	assert_int_equal(got[1] - '0', UNRESOLVED_GONE);
	other = meant(&mine, loop, false, &via);
	assert_int_equal(other[1] - '0', UNRESOLVED_OTHER);
}

static void proc_self_is_the_process_that_asked(void **state)
{
	(void)state;
	check("/proc/self/exe", true, "/proc/42/exe", false);
	check("/proc/self", false, "/proc/42", false);
	check("/proc/self/status", false, "/proc/42/status", false);
	check("/proc/./self/../self/status", false, "/proc/42/status", false);
	check("/proc/meminfo", false, "/proc/meminfo", false);
	check("/proc/selfish", false, "/proc/selfish", false);
	check("/proc/thread-self/status", false, "/proc/42/task/43/status", false);
	check("/proc/thread-self/../../self/exe", true, "/proc/42/self/exe", false);
}

static void links_of_proc_that_are_text_are_followed(void **state)
{
	(void)state;
	check("/proc/mounts", false, "/proc/42/mounts", true);
	check("/proc/mounts", true, "/proc/mounts", false);
	check("/proc/net/tcp", false, "/proc/42/net/tcp", true);
	check("/proc/net/../../self/fd/3", true, "/proc/42/fd/3", true);
}

static void nothing_is_followed_behind_a_link_that_is_not_text(void **state)
{
	CLEANUP_FREE char *got = NULL;
	bool via;

	(void)state;
	got = meant(&mine, "/proc/self/cwd/file", false, &via);
	assert_int_equal(got[1] - '0', UNRESOLVED_OTHER);
}

static void a_root_of_its_own_holds(void **state)
{
	struct sight jailed = {.tgid = 42, .root = top};
	CLEANUP_FREE char *above = at("../../../etc"), *got = NULL, *want = at("etc");
	bool via;

	(void)state;
	got = meant(&jailed, above, true, &via);
	assert_string_equal(got, want);
}

static void a_change_of_a_directory_is_not_missed(void **state)
{
	CLEANUP_FREE char *dir = at("dir"), *name = at("dir/file"), *link = at("link/file"),
			  *before = NULL, *after = NULL, *now = at("other/file"),
			  *other = at("other");
	struct resolver r = {.links.last_word = true};
	bool via;

	(void)state;
	assert_int_equal(resolve(&r, &mine, name, true, &via, &before), RESOLVED);
	assert_string_equal(before, name);
	/* The run has removed it and made a symlink of that name. */
	links_removed(&r.links, dir, true);
	resolver_forget(&r, dir);
	links_made(&r.links, other, NULL, true);
	links_made(&r.links, dir, "other", false);
	resolver_forget(&r, dir);
	assert_int_equal(resolve(&r, &mine, link, true, &via, &after), RESOLVED);
	assert_true(via);
	assert_string_equal(after, now);
	resolver_free(&r);
}

/* It was a directory when the call was made, and is a symlink by now. */
static void a_late_record_means_what_was_there_then(void **state)
{
	CLEANUP_FREE char *name = at("swapped"), *file = at("swapped/file"), *early = NULL,
			  *late = NULL, *now = at("dir/file");
	struct resolver r = {.links.last_word = true};
	bool via;

	(void)state;
	r.links.at_ns = 10;
	links_plain(&r.links, name);
	r.links.at_ns = 30;
	links_removed(&r.links, name, true);
	r.links.at_ns = 40;
	links_made(&r.links, name, "dir", false);
	r.links.at_ns = 50;
	assert_int_equal(resolve(&r, &mine, file, true, &via, &late), RESOLVED);
	assert_string_equal(late, now);
	r.links.at_ns = 20;
	r.late = true;
	assert_int_equal(resolve(&r, &mine, file, true, &via, &early), RESOLVED);
	assert_false(via);
	assert_string_equal(early, file);
	resolver_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symlinks_are_followed),
		cmocka_unit_test(what_cannot_be_told_says_so),
		cmocka_unit_test(proc_self_is_the_process_that_asked),
		cmocka_unit_test(links_of_proc_that_are_text_are_followed),
		cmocka_unit_test(nothing_is_followed_behind_a_link_that_is_not_text),
		cmocka_unit_test(a_root_of_its_own_holds),
		cmocka_unit_test(a_change_of_a_directory_is_not_missed),
		cmocka_unit_test(a_late_record_means_what_was_there_then),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
