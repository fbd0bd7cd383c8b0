/* check - holds a finished layer against rules, budgets and the committed baseline. For CI. */
#include "cmd/cmd.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "cmd/contents.h"
#include "trace/tracefile.h"
#include "view/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_UPDATE = 256,
	OPT_LIMITS,
	OPT_BUDGET,
	OPT_PLATFORM,
	OPT_ACCEPT,
	OPT_FAIL_ON,
	OPT_QUICK,
	OPT_DEEP,
	OPT_LIST_IDS,
};

/* One format of the result, and where to; NULL: not said. */
struct output {
	const char *format, *file;
};

struct check_args {
	const char *layer, *baseline;
	struct output *outputs;
	size_t n_outputs;
	enum contents_depth depth;
	bool update, list_ids;
	char **keep;
	char **roots; /* owned, each absolute */
	size_t n_keep, n_roots;
	struct settings given;
};

static const struct argp_option options[] = {
	{"baseline", 'b', "FILE", 0, "Compare with what this file says the layer may hold", 0},
	{"update", OPT_UPDATE, 0, 0, "Write the layer as it is to the baseline, with the options",
	 0},
	{"format", 'f', "text|json|junit|sarif|github|gitlab|markdown", 0,
	 "How to say it (text); repeatable, each with its --output", 0},
	{"output", 'o', "FILE", 0, "Where to (default: standard output)", 0},
	{"keep", 'k', "TRACE", 0, "What this run used must be there; repeatable", 0},
	{"root", 'r', "DIR[=PREFIX]", 0,
	 "Where the traced tree was, and where the layer has it (default: found)", 0},
	{"limits", OPT_LIMITS, "lambda", 0,
	 "AWS Lambda's quotas, with --budget room (10MB) to spare", 0},
	{"budget", OPT_BUDGET, "WHAT=VALUE", 0,
	 "total, zipped, room, package:NAME = SIZE; files = N; growth = PERCENT; repeatable", 0},
	{"platform", OPT_PLATFORM, "TAG", 0, "What the target is: manylinux_2_26_aarch64 …", 0},
	{"accept", OPT_ACCEPT, "ID[=PATTERN]", 0, "A finding that is all right; repeatable", 0},
	{"fail-on", OPT_FAIL_ON, "error|warning|note", 0, "Least severity that fails (warning)", 0},
	{"deep", OPT_DEEP, 0, 0,
	 "Read every content, for damage and wrong bytecode (default: up to 64 MiB of them)", 0},
	{"quick", OPT_QUICK, 0, 0, "Read only what the rules look into, however small the layer is",
	 0},
	{"list-ids", OPT_LIST_IDS, 0, 0, "Show the ids of findings", 0},
	{0},
};

/* An option in the words of a baseline: "budget total=5MB" becomes "budget total 5MB". */
static void add_setting(struct check_args *args, const char *kind, const char *value,
			struct argp_state *state)
{
	CLEANUP_FREE char *line = xasprintf("%s %s", kind, value);
	CLEANUP_ERROR struct error e = {0};
	char *equals = strrchr(line, '=');

	if (equals)
		*equals = ' ';
	if (settings_add(&args->given, line, NULL, true, &e) < 0)
		argp_error(state, "%s", error_text(&e));
}

/* The output that this option belongs to: the last one when that lacks it, else a new one. */
static struct output *output_for(struct check_args *args, bool is_format)
{
	struct output *last = args->n_outputs ? &args->outputs[args->n_outputs - 1] : NULL;

	if (last && !(is_format ? last->format : last->file))
		return last;
	args->outputs = xreallocarray(args->outputs, args->n_outputs + 1, sizeof(*args->outputs));
	args->outputs[args->n_outputs] = (struct output){0};
	return &args->outputs[args->n_outputs++];
}

static void parse_format(struct check_args *args, const char *value, struct argp_state *state)
{
	for (size_t i = 0; check_formats[i]; i++)
		if (strcmp(check_formats[i], value) == 0) {
			output_for(args, true)->format = check_formats[i];
			return;
		}
	argp_error(state,
		   "--format is text, json, junit, sarif, github, gitlab or markdown, not '%s'",
		   value);
}

static void parse_layer(struct check_args *args, const char *value, struct argp_state *state)
{
	if (args->layer)
		argp_error(state, "one layer at a time, not also '%s'", value);
	args->layer = value;
}

/* Without a format: text. Standard output takes one of them. */
static void finish_outputs(struct check_args *args, struct argp_state *state)
{
	size_t n = 0;

	if (!args->n_outputs)
		output_for(args, true);
	for (size_t i = 0; i < args->n_outputs; i++) {
		if (!args->outputs[i].format)
			args->outputs[i].format = "text";
		n += !args->outputs[i].file;
	}
	if (n > 1)
		argp_error(state, "standard output takes one --format: give the others a file "
				  "each with --output FILE");
}

static void append(void *list, size_t *n, char *value)
{
	char ***strings = list;

	*strings = xreallocarray(*strings, *n + 1, sizeof(**strings));
	(*strings)[(*n)++] = value;
}

/* DIR[=PREFIX] with DIR as traces name it. */
static char *absolute_root(const char *value)
{
	const char *equals = strrchr(value, '=');
	CLEANUP_FREE char *given =
		xstrndup(value, equals ? (size_t)(equals - value) : strlen(value));
	CLEANUP_FREE char *dir = contents_root(given);

	return xasprintf("%s%s", dir, equals ? equals : "");
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct check_args *args = state->input;

	switch (key) {
	case 'b':
		args->baseline = value;
		break;
	case 'f':
		parse_format(args, value, state);
		break;
	case 'o':
		output_for(args, false)->file = value;
		break;
	case 'k':
		append(&args->keep, &args->n_keep, value);
		break;
	case 'r':
		append(&args->roots, &args->n_roots, absolute_root(value));
		break;
	case OPT_UPDATE:
		args->update = true;
		break;
	case OPT_QUICK:
		args->depth = CONTENTS_NEEDED;
		break;
	case OPT_DEEP:
		args->depth = CONTENTS_ALL;
		break;
	case OPT_LIST_IDS:
		args->list_ids = true;
		break;
	case OPT_LIMITS:
		add_setting(args, "limits", value, state);
		break;
	case OPT_BUDGET:
		add_setting(args, "budget", value, state);
		break;
	case OPT_PLATFORM:
		add_setting(args, "option platform", value, state);
		break;
	case OPT_ACCEPT:
		add_setting(args, "accept", value, state);
		break;
	case OPT_FAIL_ON:
		add_setting(args, "option fail-on", value, state);
		break;
	case ARGP_KEY_ARG:
		parse_layer(args, value, state);
		break;
	case ARGP_KEY_END:
		finish_outputs(args, state);
		if (args->update && !args->baseline)
			argp_error(state,
				   "--update writes a baseline: name it with --baseline FILE");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp check_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.args_doc = "[LAYER.ZIP|DIR]",
	.doc = "Holds a layer (default: layer.zip) against rules, budgets and a committed baseline."
	       "\v"
	       "Examples:\n"
	       "  importtrace check layer.zip --baseline layer.baseline --update\n"
	       "  importtrace check layer.zip --baseline layer.baseline\n"
	       "  importtrace check --limits lambda --budget growth=5% --format markdown\n"
	       "  importtrace check --keep trace.json --platform manylinux_2_26_aarch64\n\n"
	       "Exit codes: 0 passed; 1 findings; 2 it could not be checked.",
};

static void list_ids(void)
{
	for (size_t i = 0; i < CHECK_IDS; i++)
		printf("%-22s %-8s %s\n", check_rules[i].name,
		       severity_names[check_rules[i].severity], check_rules[i].title);
}

/* --- the work --------------------------------------------------------------------------------- */

static int read_traces(const struct check_args *args, struct trace *traces, struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < args->n_keep; i++)
		r = trace_read(args->keep[i], &traces[i], e);
	return r;
}

/* The old baseline; none yet is all right when one is to be written. */
static int read_baseline(const struct check_args *args, struct contents *ret, struct error *e)
{
	int r;

	if (!args->baseline)
		return 0;
	r = contents_baseline(args->baseline, ret, e);
	if (r == -ENOENT && args->update) {
		error_clear(e);
		return 0;
	}
	if (r == -ENOENT)
		return error_set(e, ENOENT,
				 "there is no baseline %s; write the first one with --update",
				 args->baseline);
	return r;
}

static int update(const struct check_args *args, const struct check_input *in, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	baseline_format(in->settings, in->now, &text);
	r = file_write(args->baseline, &text, e);
	if (r == 0)
		fprintf(stderr, "importtrace check: wrote %s\n", args->baseline);
	return r;
}

static int show(const struct output *o, const struct check_report *report, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	char *data = NULL;
	size_t len = 0;
	FILE *out;

	if (!o->file) {
		check_show(report, o->format, stdout);
		return 0;
	}
	out = open_memstream(&data, &len);
	if (!out)
		return error_errno(e, errno, "cannot format the result");
	check_show(report, o->format, out);
	fclose(out);
	text = (struct buf){.data = data, .len = len, .cap = len + 1};
	return file_write(o->file, &text, e);
}

/* Returns 0 or 1 by the findings, or a negative error. */
static int check(const struct check_args *args, const struct trace *traces, struct error *e)
{
	CLEANUP_CONTENTS struct contents now = {0}, old = {0};
	CLEANUP_FINDINGS struct findings found = {0};
	CLEANUP_SETTINGS struct settings settings = {0};
	struct check_input in = {.survey = &now.survey,
				 .now = &now.figures,
				 .bytecodes = &now.bytecodes,
				 .traces = traces,
				 .n_traces = args->n_keep,
				 .roots = (const char *const *)args->roots,
				 .n_roots = args->n_roots,
				 .settings = &settings};
	struct check_report report = {
		.layer = args->layer, .baseline = args->baseline, .in = &in, .found = &found};
	int r = read_baseline(args, &old, e);

	if (r == 0)
		r = contents_layer(args->layer, args->depth, &now, e);
	if (r < 0)
		return r;
	settings_merge(&settings, &args->given);
	settings_merge(&settings, &old.settings);
	in.archive = now.kind == CONTENTS_ZIP;
	in.bad_names = now.bad_names;
	in.n_bad_names = now.n_bad_names;
	in.baseline = args->baseline && !args->update ? &old.figures : NULL;
	r = check_run(&in, &found, e);
	if (r < 0)
		return r;
	report.failed = findings_fail(&found, &settings);
	report.all_read = now.all_read;
	/* Files first: what is printed cannot be taken back. */
	for (int files = 1; files >= 0; files--)
		for (size_t i = 0; r == 0 && i < args->n_outputs; i++)
			if ((args->outputs[i].file != NULL) == files)
				r = show(&args->outputs[i], &report, e);
	if (r == 0 && args->update)
		r = update(args, &in, e);
	return r < 0 ? r : report.failed;
}

static int check_run_command(int argc, char **argv)
{
	struct check_args args = {.depth = CONTENTS_USUAL};
	CLEANUP_ERROR struct error e = {0};
	struct trace *traces;
	int r;

	options_parse(&check_argp, argc, argv, 0, EXIT_USAGE, &args);
	if (args.list_ids) {
		list_ids();
		return EXIT_OK;
	}
	if (!args.layer)
		args.layer = "layer.zip";
	traces = xcalloc(args.n_keep, sizeof(*traces));
	r = read_traces(&args, traces, &e);
	if (r == 0)
		r = check(&args, traces, &e);
	for (size_t i = 0; i < args.n_keep; i++)
		trace_free(&traces[i]);
	free(traces);
	free(args.outputs);
	free(args.keep);
	for (size_t i = 0; i < args.n_roots; i++)
		free(args.roots[i]);
	free(args.roots);
	settings_free(&args.given);
	if (r < 0)
		complain("check", &e);
	return r < 0 ? EXIT_USAGE : r ? EXIT_FINDINGS : EXIT_OK;
}

const struct command cmd_check = {
	.name = "check",
	.summary = "hold a layer against rules, budgets and a baseline; for CI",
	.argp = &check_argp,
	.run = check_run_command,
};
