/* record - runs a command and writes what its process tree touched to trace.json. */
#include "cmd/cmd.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "trace/run.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_RECORD 125 /* its own failure, as env(1) and timeout(1) */

struct record_args {
	const char *output, *user;
	bool as_root, wait_main, quiet;
	unsigned long buffer;    /* bytes */
	unsigned long processes; /* at once */
	char **command;
};

enum { OPT_USER = 256, OPT_AS_ROOT, OPT_WAIT, OPT_BUFFER, OPT_PROCESSES };

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "Where the trace goes (default: trace.json)", 0},
	{"user", OPT_USER, "USER", 0, "Run the command as USER (root only)", 0},
	{"as-root", OPT_AS_ROOT, 0, 0, "Under sudo: run the command as root, not as the caller", 0},
	{"wait", OPT_WAIT, "main|tree", 0,
	 "Record until the command ends, or its whole process tree (default)", 0},
	{"buffer", OPT_BUFFER, "MB", 0,
	 "Size of the event buffer, up to 1024; with K behind it in KiB (default: 32)", 0},
	{"processes", OPT_PROCESSES, "N", 0, "Room for so many processes at once (default: 32768)",
	 0},
	{"quiet", 'q', 0, 0, "No summary on standard error", 0},
	{0},
};

static void parse_wait(struct record_args *args, const char *value, struct argp_state *state)
{
	args->wait_main = strcmp(value, "main") == 0;
	if (!args->wait_main && strcmp(value, "tree") != 0)
		argp_error(state, "--wait is 'main' or 'tree', not '%s'", value);
}

static void parse_buffer(struct record_args *args, const char *value, struct argp_state *state)
{
	char *end = NULL;
	unsigned long n = strtoul(value, &end, 10);
	unsigned shift = *end == 'K' ? 10 : 20;

	end += *end == 'K' || *end == 'M';
	if (value[0] < '0' || value[0] > '9' || *end || n < 1 || n > 1ul << (30 - shift))
		argp_error(state,
			   "--buffer is a number of megabytes from 1 to 1024 (or kilobytes, with K "
			   "behind it), not '%s'",
			   value);
	args->buffer = n << shift;
}

static void parse_processes(struct record_args *args, const char *value, struct argp_state *state)
{
	char *end = NULL;

	args->processes = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || args->processes < 1 ||
	    args->processes > 1 << 22)
		argp_error(state, "--processes is a number from 1 to %d, not '%s'", 1 << 22, value);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct record_args *args = state->input;

	switch (key) {
	case 'o':
		args->output = value;
		break;
	case 'q':
		args->quiet = true;
		break;
	case OPT_USER:
		args->user = value;
		break;
	case OPT_AS_ROOT:
		args->as_root = true;
		break;
	case OPT_WAIT:
		parse_wait(args, value, state);
		break;
	case OPT_BUFFER:
		parse_buffer(args, value, state);
		break;
	case OPT_PROCESSES:
		parse_processes(args, value, state);
		break;
	case ARGP_KEY_ARGS:
		args->command = state->argv + state->next;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no command given; for example: importtrace record -- python "
				  "smoke.py");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp record_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.args_doc = "[--] COMMAND [ARG…]",
	.doc = "Runs COMMAND and records every file that its process tree opens, maps, executes, "
	       "stats, lists or reads as a link. COMMAND runs as you, with your environment and "
	       "terminal; the exit code is its own."
	       "\v"
	       "Examples:\n"
	       "  importtrace record -- python smoke.py\n"
	       "  importtrace record -o tests.json -- pytest -q\n"
	       "  sudo importtrace record -- python smoke.py    (runs python as you)\n\n"
	       "Exit codes: COMMAND's own; 125 recording failed or the trace is not complete; "
	       "126 COMMAND cannot be executed; 127 not found; 128+n ended by signal n.",
};

static void on_waiting(const struct trace_process *alive, size_t n, bool ended)
{
	fprintf(stderr, "importtrace record: %s %zu process%s that the command left behind:",
		ended ? "not recorded any further:" : "waiting for", n, n == 1 ? "" : "es");
	for (size_t i = 0; i < n && i < 5; i++)
		fprintf(stderr, " %d (%s)", alive[i].pid, alive[i].exe ? alive[i].exe : "?");
	fputs(ended ? "\n" : "; Ctrl-C stops waiting, --wait main does not wait\n", stderr);
}

/* Opens the output as the user who will own it: nobody can have root write where he may not. */
static int open_output(const char *path, const struct identity *id, struct outfile *ret,
		       struct error *e)
{
	gid_t groups[256];
	int n = 0, r;

	if (id->change) {
		n = getgroups(ARRAY_SIZE(groups), groups);
		if (n < 0 ||
		    (id->name ? initgroups(id->name, id->gid) : setgroups(1, &id->gid)) < 0 ||
		    setegid(id->gid) < 0 || seteuid(id->uid) < 0)
			return error_errno(e, errno, "cannot become user %u", id->uid);
	}
	r = outfile_open(path, ret, e);
	if (id->change && (seteuid(0) < 0 || setegid(0) < 0 || setgroups((size_t)n, groups) < 0))
		return error_errno(e, errno, "cannot become root again");
	return r;
}

static int write_trace(const struct trace *t, struct outfile *out, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};

	trace_format(t, &text);
	return outfile_put(out, &text, e);
}

static void summarise(const struct trace *t, const char *output)
{
	size_t created = 0;

	for (size_t i = 0; i < t->n_files; i++)
		created += t->files[i].created;
	fprintf(stderr,
		"importtrace record: %zu files touched, %zu of them made by the run, by %zu "
		"process%s; %" PRIu64 " events, none lost → %s\n",
		t->n_files, created, t->n_processes, t->n_processes == 1 ? "" : "es", t->events,
		output);
}

static int verdict(const struct trace *t, const struct record_args *args, int exit_code)
{
	if (t->complete) {
		if (!args->quiet)
			summarise(t, args->output);
		return exit_code;
	}
	complain_about("record", COLOUR_ERROR, "the trace is NOT complete");
	fprintf(stderr, " (%s says so):\n", args->output);
	for (size_t i = 0; i < t->n_reasons; i++)
		fprintf(stderr, "  %s\n", t->reasons[i]);
	return EXIT_RECORD;
}

static int record(const struct record_args *args, struct identity *id, int *exit_code,
		  struct error *e)
{
	CLEANUP_OUTFILE struct outfile out = OUTFILE_NONE;
	CLEANUP_TRACE struct trace t = {0};
	struct run_options opt = {.argv = args->command,
				  .wait_tree = !args->wait_main,
				  .ring_bytes = args->buffer,
				  .processes = (uint32_t)args->processes,
				  .on_waiting = on_waiting};
	int r;

	*exit_code = EXIT_RECORD;
	r = identity_find(args->user, args->as_root, id, e);
	if (r == 0)
		r = open_output(args->output, id, &out, e);
	if (r < 0)
		return r;
	opt.id = *id;
	r = run_record(&opt, &t, exit_code, e);
	if (r < 0)
		return r;
	r = identity_become(id, e);
	if (r == 0)
		r = write_trace(&t, &out, e);
	*exit_code = r < 0 ? EXIT_RECORD : verdict(&t, args, *exit_code);
	return r;
}

static int record_run(int argc, char **argv)
{
	struct record_args args = {
		.output = "trace.json", .buffer = 32ul << 20, .processes = 32768};
	CLEANUP_ERROR struct error e = {0};
	struct identity id = {0};
	int exit_code;

	mem_exit_code = EXIT_RECORD;
	options_parse(&record_argp, argc, argv, ARGP_IN_ORDER, EXIT_RECORD, &args);
	if (record(&args, &id, &exit_code, &e) < 0)
		complain("record", &e);
	identity_free(&id);
	return exit_code;
}

const struct command cmd_record = {
	.name = "record",
	.summary = "run a command and record every file it touches → trace.json",
	.argp = &record_argp,
	.run = record_run,
};
