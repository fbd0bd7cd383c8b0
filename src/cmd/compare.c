/* compare - what two layers, traces or baselines differ in. */
#include "cmd/cmd.h"

#include "base/mem.h"
#include "cmd/contents.h"
#include "view/compare.h"

#include <stdio.h>
#include <string.h>

#define ROWS_TEXT     15
#define ROWS_MARKDOWN 15

struct compare_args {
	const char *names[2];
	const char *format, *root;
	size_t n;
	bool all;
};

static const struct argp_option options[] = {
	{"format", 'f', "text|json|markdown", 0, "How to say it (text)", 0},
	{"root", 'r', "DIR", 0, "Where the traced tree was (default: found)", 0},
	{"all", 'a', 0, 0, "All rows, not the largest only", 0},
	{0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct compare_args *args = state->input;

	switch (key) {
	case 'f':
		if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0 &&
		    strcmp(value, "markdown") != 0)
			argp_error(state, "--format is text, json or markdown, not '%s'", value);
		args->format = value;
		break;
	case 'r':
		args->root = value;
		break;
	case 'a':
		args->all = true;
		break;
	case ARGP_KEY_ARG:
		if (args->n == ARRAY_SIZE(args->names))
			argp_error(state, "two at a time, not also '%s'", value);
		args->names[args->n++] = value;
		break;
	case ARGP_KEY_END:
		if (args->n < ARRAY_SIZE(args->names))
			argp_error(
				state,
				"give two of them: layers (zips or directories), traces or "
				"baselines; for example: importtrace compare main.zip layer.zip");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp compare_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.args_doc = "OLD NEW",
	.doc = "Shows what NEW has more, less and in other sizes than OLD, by package, category, "
	       "type and file. Each is a layer (zip or directory), a trace or a baseline."
	       "\v"
	       "Examples:\n"
	       "  importtrace compare main.zip layer.zip\n"
	       "  importtrace compare layer.baseline layer.zip --format markdown\n"
	       "  importtrace compare build/site trace.json\n\n"
	       "Exit codes: 0 done; 2 it could not be compared.",
};

/* Traces come last: what they touched is told in the other side's terms. */
static int load(const struct compare_args *args, struct contents *const sides[2], struct error *e)
{
	int r = 0;

	for (int i = 0; r == 0 && i < 2; i++)
		r = contents_any(args->names[i], sides[i], e);
	for (int i = 0; r == 0 && i < 2; i++)
		if (sides[i]->kind == CONTENTS_TRACE) {
			r = contents_of_trace(sides[i], sides[1 - i], args->root, e);
			if (r < 0)
				error_add(e, "%s", args->names[i]);
		}
	return r == 0 ? contents_sonames(sides[0], sides[1], e) : r;
}

static int compare(const struct compare_args *args, struct error *e)
{
	CLEANUP_CONTENTS struct contents old = {0}, now = {0};
	CLEANUP_COMPARISON struct comparison diff = {0};
	struct compare_report report = {
		.old_name = args->names[0], .new_name = args->names[1], .diff = &diff};
	int r = load(args, (struct contents *const[]){&old, &now}, e);

	if (r < 0)
		return r;
	figures_compare(&old.figures, &now.figures, &diff);
	if (strcmp(args->format, "json") == 0)
		compare_show_json(&report, stdout);
	else if (strcmp(args->format, "markdown") == 0)
		compare_show_markdown(&report, args->all ? SIZE_MAX : ROWS_MARKDOWN, stdout);
	else
		compare_show_text(&report, args->all ? SIZE_MAX : ROWS_TEXT, stdout);
	return 0;
}

static int compare_run(int argc, char **argv)
{
	struct compare_args args = {.format = "text"};
	CLEANUP_ERROR struct error e = {0};

	options_parse(&compare_argp, argc, argv, 0, EXIT_USAGE, &args);
	if (compare(&args, &e) < 0) {
		complain("compare", &e);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

const struct command cmd_compare = {
	.name = "compare",
	.summary = "what two layers, traces or baselines differ in",
	.argp = &compare_argp,
	.run = compare_run,
};
