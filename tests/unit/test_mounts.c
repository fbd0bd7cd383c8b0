#include "test.h"

#include "base/mem.h"
#include "trace/mounts.h"

#include <string.h>

/* What /proc/self/mountinfo of the recorder says: a disk at /, a second one at /data, a directory of
 * it once more at /srv/copy, something mounted over /data/hidden, a name with a space. */
static const char own[] = "20 1 8:1 / / rw - ext4 /dev/a rw\n"
			  "21 20 8:2 / /data rw - ext4 /dev/b rw\n"
			  "22 20 8:2 /dir /srv/copy rw - ext4 /dev/b rw\n"
			  "23 21 0:30 / /data/hidden rw - tmpfs none rw\n"
			  "24 20 8:3 / /with\\040space rw - ext4 /dev/c rw\n";

#define DEV(major, minor) ((uint32_t)(major) << 20 | (minor))

static struct mounts mounts_of_recorder(void)
{
	struct mounts m = {0};

	mounts_parse(&m.own, own);
	assert_int_equal(m.own.n, 5);
	return m;
}

/* One mount of view 7. */
static void add(struct mounts *m, uint32_t id, uint32_t parent, uint32_t dev, const char *point,
		const char *root, uint16_t flags)
{
	struct event ev = {.kind = EVENT_MOUNT,
			   .view = 7,
			   .arg = (uint64_t)parent << 32 | id,
			   .dev = dev,
			   .flags = flags};

	mounts_add(m, &ev, xstrdup(point), xstrdup(root));
}

static void check(struct mounts *m, const char *path, uint32_t dev, enum location want,
		  const char *name)
{
	char *got = NULL;

	assert_int_equal(mounts_locate(m, 7, path, dev, &got), want);
	if (name)
		assert_string_equal(got, name);
	else
		assert_null(got);
	free(got);
}

static void mountinfo_is_parsed(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	assert_true(m.own.items[0].top);
	assert_false(m.own.items[1].top);
	assert_int_equal(m.own.items[1].dev, DEV(8, 2));
	assert_string_equal(m.own.items[2].root, "/dir");
	assert_string_equal(m.own.items[4].point, "/with space");
	mounts_free(&m);
}

static void lines_that_are_none_are_left_out(void **state)
{
	struct mount_table t = {0};
	struct mounts m = {0};

	(void)state;
	mounts_parse(&t, "");
	mounts_parse(&t, "garbage\n1 2\n3 4 5:6\n7 8 9:10 /root\n\n");
	assert_int_equal(t.n, 0);
	mounts_parse(&t, "1 2 3:4 / /x");
	assert_int_equal(t.n, 1);
	m.own = t;
	mounts_free(&m);
}

static void view_0_is_the_recorders_own(void **state)
{
	struct mounts m = mounts_of_recorder();
	char *got = NULL;

	(void)state;
	assert_int_equal(mounts_locate(&m, 0, "/any/where", 0, &got), LOCATION_OK);
	assert_string_equal(got, "/any/where");
	free(got);
	mounts_free(&m);
}

static void the_same_mounts_give_the_same_path(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	add(&m, 120, 1, DEV(8, 1), "/", "/", 0);
	add(&m, 121, 120, DEV(8, 2), "/data", "/", 0);
	check(&m, "/etc/x", 0, LOCATION_OK, "/etc/x");
	check(&m, "/data/x", 0, LOCATION_OK, "/data/x");
	check(&m, "/database", 0, LOCATION_OK, "/database");
	mounts_free(&m);
}

static void another_root_is_told_by_the_file_system(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	add(&m, 120, 120, DEV(8, 2), "/", "/dir", 0);
	/* /data/dir and /srv/copy both lead there. */
	check(&m, "/x", 0, LOCATION_OK, "/data/dir/x");
	add(&m, 121, 120, DEV(8, 1), "/mnt", "/opt/tree", 0);
	check(&m, "/mnt/x", 0, LOCATION_OK, "/opt/tree/x");
	check(&m, "/mnt", 0, LOCATION_OK, "/opt/tree");
	mounts_free(&m);
}

static void what_the_recorder_has_covered_is_unseen(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	add(&m, 120, 120, DEV(8, 2), "/", "/", 0);
	check(&m, "/hidden/x", 0, LOCATION_UNSEEN, NULL);
	check(&m, "/other/x", 0, LOCATION_OK, "/data/other/x");
	/* Not on any of its file systems. */
	add(&m, 121, 120, DEV(9, 9), "/far", "/", 0);
	check(&m, "/far/x", 0, LOCATION_UNSEEN, NULL);
	mounts_free(&m);
}

static void memory_and_the_kernels_own(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	add(&m, 120, 120, DEV(8, 1), "/", "/", 0);
	add(&m, 121, 120, DEV(0, 77), "/tmp", "/", EVENT_MEMORY);
	add(&m, 122, 120, DEV(0, 78), "/proc", "/", EVENT_KERNEL);
	check(&m, "/tmp/a/b", 0, LOCATION_MEMORY, "memory:4d:/a/b");
	check(&m, "/proc/1/stat", 0, LOCATION_OK, "/proc/1/stat");
	/* Of two mounts at one place the later one is seen. */
	add(&m, 123, 121, DEV(8, 3), "/tmp", "/", 0);
	check(&m, "/tmp/a", 0, LOCATION_OK, "/with space/a");
	mounts_free(&m);
}

static void a_device_that_does_not_fit_is_unseen(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	add(&m, 120, 120, DEV(8, 1), "/", "/", 0);
	check(&m, "/x", DEV(8, 1), LOCATION_OK, "/x");
	check(&m, "/x", DEV(8, 2), LOCATION_UNSEEN, NULL);
	mounts_free(&m);
}

static void a_view_that_was_never_sent_is_unseen(void **state)
{
	struct mounts m = mounts_of_recorder();

	(void)state;
	check(&m, "/x", 0, LOCATION_UNSEEN, NULL);
	mounts_free(&m);
}

/* Mounts that name each other as parents, as a table read while it changes may. */
static void a_circle_ends(void **state)
{
	struct mounts m = mounts_of_recorder();
	char *got = NULL;

	(void)state;
	add(&m, 1, 2, DEV(8, 1), "/", "/", 0);
	add(&m, 2, 1, DEV(8, 1), "/", "/", 0);
	mounts_locate(&m, 7, "/x", 0, &got);
	free(got);
	mounts_free(&m);
}

static void old_views_make_room(void **state)
{
	struct mounts m = mounts_of_recorder();
	char *got = NULL;

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++) {
		struct event ev = {.kind = EVENT_MOUNT, .view = i, .arg = 5, .dev = DEV(8, 1)};

		mounts_add(&m, &ev, xstrdup("/"), xstrdup("/"));
	}
	assert_true(m.n_views < 1000);
	assert_int_equal(mounts_locate(&m, 1000, "/x", 0, &got), LOCATION_OK);
	free(got);
	assert_int_equal(mounts_locate(&m, 1, "/x", 0, &got), LOCATION_UNSEEN);
	mounts_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mountinfo_is_parsed),
		cmocka_unit_test(lines_that_are_none_are_left_out),
		cmocka_unit_test(view_0_is_the_recorders_own),
		cmocka_unit_test(the_same_mounts_give_the_same_path),
		cmocka_unit_test(another_root_is_told_by_the_file_system),
		cmocka_unit_test(what_the_recorder_has_covered_is_unseen),
		cmocka_unit_test(memory_and_the_kernels_own),
		cmocka_unit_test(a_device_that_does_not_fit_is_unseen),
		cmocka_unit_test(a_view_that_was_never_sent_is_unseen),
		cmocka_unit_test(a_circle_ends),
		cmocka_unit_test(old_views_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
