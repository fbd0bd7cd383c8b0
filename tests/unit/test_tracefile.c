#include "test.h"

#include "base/buf.h"
#include "base/mem.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <string.h>

static char *const command[] = {"python", "smoke.py", "\xff"};

/* A small trace with everything in it that the format knows; strings are not owned. */
static struct trace sample(void)
{
	static struct trace_file files[3];
	static struct trace_miss misses[1];
	static struct trace_process processes[1];
	static struct trace_loss loss[1];
	static char *requested[] = {"/site/link/a.py", "/\xfe"};

	files[0] = (struct trace_file){.path = "/a\xff", .ops = TRACE_STAT, .size = -1};
	files[1] = (struct trace_file){.path = "/site/a\"\n.py",
				       .ops = TRACE_OPEN | TRACE_MAP | TRACE_WRITE,
				       .type = TRACE_TYPE_FILE,
				       .size = INT64_C(1) << 60,
				       .created = true,
				       .first_ns = 5,
				       .pid = 7,
				       .requested = requested,
				       .n_requested = 2};
	files[2] =
		(struct trace_file){.path = "/site/z", .ops = TRACE_LIST, .type = TRACE_TYPE_DIR};
	misses[0] = (struct trace_miss){.path = "/no", .first_ns = 1, .pid = 7};
	processes[0] = (struct trace_process){.pid = 7, .parent = 1, .exe = "/bin/python"};
	loss[0] = (struct trace_loss){.name = "dropped"};
	return (struct trace){.tool = "t",
			      .kernel = "k",
			      .arch = "a",
			      .backend = "bpf",
			      .complete = true,
			      .loss = loss,
			      .n_loss = 1,
			      .command = (char **)(uintptr_t)command,
			      .n_command = 3,
			      .cwd = "/",
			      .exit_code = 3,
			      .start_unix_ns = INT64_C(1795000000123456789),
			      .processes = processes,
			      .n_processes = 1,
			      .files = files,
			      .n_files = 3,
			      .misses = misses,
			      .n_misses = 1};
}

static void what_is_written_is_read(void **state)
{
	struct trace t = sample();
	CLEANUP_TRACE struct trace back = {0};
	CLEANUP_BUF struct buf text = {0}, again = {0};
	CLEANUP_ERROR struct error e = {0};

	(void)state;
	trace_format(&t, &text);
	if (trace_parse(text.data, text.len, &back, &e) < 0)
		fail_msg("%s", error_text(&e));
	assert_int_equal(back.n_files, 3);
	assert_string_equal(back.files[0].path, "/a\xff");
	assert_string_equal(back.files[1].requested[1], "/\xfe");
	assert_true(back.files[1].created);
	assert_int_equal(back.files[1].size, INT64_C(1) << 60);
	assert_int_equal(back.start_unix_ns, t.start_unix_ns);
	assert_string_equal(back.command[2], "\xff");
	assert_non_null(trace_find(&back, "/site/z"));
	assert_null(trace_find(&back, "/site/y"));
	trace_format(&back, &again);
	assert_string_equal(text.data, again.data);
}

/* The sample with one piece of its text replaced. */
static void refuses(const char *old, const char *new, const char *message)
{
	struct trace t = sample();
	struct trace back = {0};
	CLEANUP_BUF struct buf text = {0}, bad = {0};
	CLEANUP_ERROR struct error e = {0};
	char *at;

	trace_format(&t, &text);
	at = strstr(text.data, old);
	assert_non_null(at);
	buf_add(&bad, text.data, (size_t)(at - text.data));
	buf_addstr(&bad, new);
	buf_addstr(&bad, at + strlen(old));
	if (trace_parse(bad.data, bad.len, &back, &e) == 0)
		fail_msg("accepted: %s → %s", old, new);
	if (!strstr(error_text(&e), message))
		fail_msg("%s → %s: %s", old, new, error_text(&e));
	assert_int_equal(back.n_files, 0); /* outputs are untouched on failure */
}

static void damaged_traces_are_refused(void **state)
{
	(void)state;
	refuses("importtrace/trace", "other", "not a trace");
	refuses("\"version\":1", "\"version\":2", "version 2");
	refuses("\"complete\": true,\n", "", "complete");
	refuses("\"dropped\":0", "\"dropped\":1", "although");
	refuses("\"exit_code\":3", "\"exit_code\":300", "exit_code");
	refuses("\"exit_code\":3", "\"signal\":0", "signal");
	refuses("\"list\"", "\"lost\"", "ops");
	refuses("[\"list\"]", "[]", "ops");
	refuses("/site/z", "site/z", "clean absolute");
	refuses("/site/z", "/site/../z", "clean absolute");
	refuses("/site/z", "/site//z", "clean absolute");
	refuses("/site/z", "/a", "out of order");
	refuses("\"type\":\"dir\"", "\"type\":\"door\"", "type");
	refuses("\"pid\":7", "\"pid\":-7", "processes");
	refuses("\"files\": [", "\"files\": [null,", "files[0]");
	refuses("\"misses\": [", "\"misses\": [{}, ", "misses[0]");
}

static void every_truncation_is_refused(void **state)
{
	struct trace t = sample();
	CLEANUP_BUF struct buf text = {0};

	(void)state;
	trace_format(&t, &text);
	for (size_t n = 0; n + 2 < text.len; n++) {
		CLEANUP_ERROR struct error e = {0};
		CLEANUP_FREE char *cut = xstrndup(text.data, n);
		struct trace back = {0};

		if (trace_parse(cut, n, &back, &e) == 0)
			fail_msg("accepted %zu of %zu bytes", n, text.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(damaged_traces_are_refused),
		cmocka_unit_test(every_truncation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
