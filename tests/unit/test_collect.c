#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "trace/collect.h"
#include "trace/tracefile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No such place on the disk: what records say of it is all that is known. */
#define NOWHERE "/nowhere-at-all"

/* CLOCK_MONOTONIC, far from 0: what the run itself says has no time of reading. */
static uint64_t now = 1000000000000;

/* The components of an absolute path as a record has them: from the leaf to the root. */
static size_t put_path(struct buf *data, const char *path)
{
	size_t before = data->len;

	for (const char *end = path + strlen(path), *start; end > path; end = start - 1) {
		start = (const char *)memrchr(path, '/', (size_t)(end - path)) + 1;
		buf_add(data, start, (size_t)(end - start));
		buf_addch(data, '\0');
	}
	return data->len - before;
}

static size_t put_text(struct buf *data, const char *text)
{
	size_t n = text ? strlen(text) + 1 : 0;

	if (n)
		buf_add(data, text, n);
	return n;
}

/* One record, its strings behind it: `path` as the kernel side walked it, `name` and `name2` as the
 * call gave them. */
static void say(struct collector *c, struct event ev, const char *path, const char *name,
		const char *name2)
{
	CLEANUP_BUF struct buf record = {0};

	buf_add(&record, &ev, sizeof(ev));
	ev.tgid = 7;
	ev.time_ns = ++now;
	ev.path_len = (uint16_t)(path ? put_path(&record, path) : 0);
	ev.name_len = (uint16_t)put_text(&record, name);
	ev.name2_len = (uint16_t)put_text(&record, name2);
	memcpy(record.data, &ev, sizeof(ev));
	collector_add(c, (const struct event *)(const void *)record.data, record.data + sizeof(ev));
}

static struct event name_event(uint16_t flags)
{
	return (struct event){.kind = EVENT_NAME, .flags = flags | EVENT_AT_ROOT};
}

static void says_mkdir(struct collector *c, const char *name)
{
	struct event ev = name_event(EVENT_MADE | EVENT_NOFOLLOW);

	ev.op = TRACE_WRITE;
	say(c, ev, NULL, name, NULL);
}

static void says_stat(struct collector *c, const char *name)
{
	struct event ev = name_event(0);

	ev.op = TRACE_STAT;
	say(c, ev, NULL, name, NULL);
}

static void says_lstat(struct collector *c, const char *name, uint32_t mode)
{
	struct event ev = name_event(EVENT_NOFOLLOW);

	ev.op = TRACE_STAT;
	ev.mode = mode;
	say(c, ev, NULL, name, NULL);
}

static void says_move(struct collector *c, const char *from, const char *to)
{
	struct event ev = name_event(EVENT_MADE | EVENT_REMOVED | EVENT_NOFOLLOW);

	ev.op = TRACE_WRITE;
	say(c, ev, NULL, from, to);
}

static void says_unlink(struct collector *c, const char *name)
{
	struct event ev = name_event(EVENT_REMOVED | EVENT_NOFOLLOW);

	ev.op = TRACE_WRITE;
	say(c, ev, NULL, name, NULL);
}

struct outcome {
	struct trace trace;
	struct collector_losses losses;
};

static struct outcome finish(struct collector *c)
{
	struct outcome o = {0};

	collector_finish(c, &o.trace, &o.losses);
	return o;
}

static void outcome_free(struct outcome *o)
{
	trace_free(&o->trace);
	free(o->losses.example);
}

static const struct trace_file *file_at(const struct outcome *o, const char *path)
{
	for (size_t i = 0; i < o->trace.n_files; i++)
		if (strcmp(o->trace.files[i].path, path) == 0)
			return &o->trace.files[i];
	fail_msg("%s is not in the trace", path);
	return NULL;
}

static void what_is_below_a_made_directory_is_made(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct outcome o;

	(void)state;
	says_mkdir(c, "/made-here");
	says_lstat(c, "/made-here/inside", S_IFREG);
	says_lstat(c, "/tmp", S_IFDIR);
	o = finish(c);
	assert_true(file_at(&o, "/made-here")->created);
	assert_true(file_at(&o, "/made-here/inside")->created);
	assert_false(file_at(&o, "/tmp")->created);
	outcome_free(&o);
}

static void what_was_moved_is_made_if_it_was_made(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct outcome o;

	(void)state;
	says_mkdir(c, "/made-here");
	says_move(c, "/made-here", "/second");
	says_move(c, "/second", "/third");
	says_lstat(c, "/found", S_IFREG);
	says_move(c, "/found", "/moved");
	o = finish(c);
	assert_true(file_at(&o, "/third")->created);
	assert_false(file_at(&o, "/moved")->created);
	assert_int_equal(o.losses.unresolved, 0);
	outcome_free(&o);
}

/* The name that it was made by leads through a directory that is gone by then: that record waits
 * until it is known that this was no symlink, and comes after the one of the move. */
static void a_move_is_known_before_the_making(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct event made = name_event(EVENT_MADE | EVENT_NOFOLLOW);
	struct outcome o;

	(void)state;
	made.op = TRACE_WRITE;
	says_lstat(c, "/plain", S_IFDIR);
	say(c, made, NULL, NOWHERE "/../plain/file", NULL);
	says_move(c, "/plain/file", "/moved");
	says_lstat(c, NOWHERE, S_IFDIR);
	o = finish(c);
	assert_true(file_at(&o, "/plain/file")->created);
	assert_true(file_at(&o, "/moved")->created);
	assert_int_equal(o.losses.unresolved, 0);
	outcome_free(&o);
}

static void what_came_later_does_not_make_it_made(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct outcome o;

	(void)state;
	says_lstat(c, "/found", S_IFREG);
	says_unlink(c, "/found");
	says_mkdir(c, "/found");
	o = finish(c);
	assert_false(file_at(&o, "/found")->created);
	outcome_free(&o);
}

static void a_component_that_is_gone_and_unknown_is_a_loss(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct outcome o;

	(void)state;
	says_stat(c, NOWHERE "/file");
	o = finish(c);
	assert_int_equal(o.trace.n_files, 0);
	assert_int_equal(o.losses.unresolved, 1);
	assert_string_equal(o.losses.example, NOWHERE);
	outcome_free(&o);
}

static void its_removal_tells_what_it_was(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct event rmdir = name_event(EVENT_REMOVED | EVENT_RMDIR | EVENT_NOFOLLOW);
	struct outcome o;

	(void)state;
	says_lstat(c, NOWHERE "/file", S_IFREG);
	says_unlink(c, NOWHERE "/file");
	say(c, rmdir, NULL, NOWHERE, NULL);
	o = finish(c);
	assert_int_equal(file_at(&o, NOWHERE "/file")->ops, TRACE_STAT | TRACE_WRITE);
	assert_int_equal(o.losses.unresolved, 0);
	outcome_free(&o);
}

static void one_file_is_touched_first_by_the_earliest_record(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	struct event open = {.kind = EVENT_FILE, .op = TRACE_OPEN};
	struct outcome o;

	(void)state;
	collector_first(c, 7, 1, (int64_t)now);
	say(c, open, "/etc", NULL, NULL);
	says_lstat(c, "/etc", S_IFDIR);
	o = finish(c);
	assert_int_equal(file_at(&o, "/etc")->first_ns, 1);
	assert_int_equal(file_at(&o, "/etc")->ops, TRACE_OPEN | TRACE_STAT);
	assert_int_equal(file_at(&o, "/etc")->type, TRACE_TYPE_DIR);
	outcome_free(&o);
}

/* A directory of its own as the current one; the caller frees. */
static char *enter_new_directory(void)
{
	char template[] = "/tmp/test_collect.XXXXXX";

	assert_non_null(mkdtemp(template));
	assert_int_equal(chdir(template), 0);
	return realpath(".", NULL);
}

static void append(const char *name)
{
	FILE *f = fopen(name, "a");

	assert_non_null(f);
	fputs("text", f);
	fclose(f);
}

static void says_open(struct collector *c, const char *dir, const char *name, uint8_t op)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s", dir, name);
	struct event ev = {.kind = EVENT_FILE, .op = op};

	say(c, ev, path, NULL, NULL);
}

static int64_t size_at(const struct outcome *o, const char *dir, const char *name)
{
	CLEANUP_FREE char *path = xasprintf("%s/%s", dir, name);

	return file_at(o, path)->size;
}

static void what_the_run_writes_is_looked_at_again(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	CLEANUP_FREE char *dir = enter_new_directory();
	struct outcome o;

	(void)state;
	append("written");
	append("other");
	assert_int_equal(link("written", "alias"), 0);
	says_open(c, dir, "alias", TRACE_OPEN);
	says_open(c, dir, "later", TRACE_OPEN);
	says_open(c, dir, "other", TRACE_OPEN);
	says_open(c, dir, "written", TRACE_OPEN | TRACE_WRITE);
	append("written");
	append("other"); /* by somebody else */
	append("later");
	o = finish(c);
	assert_int_equal(size_at(&o, dir, "written"), 8);
	assert_int_equal(size_at(&o, dir, "alias"), 8);
	assert_int_equal(size_at(&o, dir, "later"), 4);
	assert_int_equal(size_at(&o, dir, "other"), 4);
	outcome_free(&o);
	assert_int_equal(unlink("written") | unlink("alias") | unlink("later") | unlink("other"),
			 0);
	assert_int_equal(rmdir(dir), 0);
}

static void a_moved_directory_leaves_nothing_behind(void **state)
{
	CLEANUP_COLLECTOR struct collector *c = collector_new();
	CLEANUP_FREE char *dir = enter_new_directory(), *from = xasprintf("%s/from", dir),
			  *to = xasprintf("%s/to", dir);
	struct outcome o;

	(void)state;
	assert_int_equal(mkdir("from", 0700), 0);
	append("from/file");
	says_open(c, from, "file", TRACE_OPEN);
	assert_int_equal(rename("from", "to"), 0);
	says_move(c, from, to);
	o = finish(c);
	assert_int_equal(size_at(&o, from, "file"), -1);
	assert_int_equal(file_at(&o, from)->type, TRACE_TYPE_UNKNOWN);
	assert_int_equal(file_at(&o, to)->type, TRACE_TYPE_DIR);
	outcome_free(&o);
	assert_int_equal(unlink("to/file") | rmdir("to") | rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_below_a_made_directory_is_made),
		cmocka_unit_test(what_was_moved_is_made_if_it_was_made),
		cmocka_unit_test(a_move_is_known_before_the_making),
		cmocka_unit_test(what_came_later_does_not_make_it_made),
		cmocka_unit_test(a_component_that_is_gone_and_unknown_is_a_loss),
		cmocka_unit_test(its_removal_tells_what_it_was),
		cmocka_unit_test(one_file_is_touched_first_by_the_earliest_record),
		cmocka_unit_test(what_the_run_writes_is_looked_at_again),
		cmocka_unit_test(a_moved_directory_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
