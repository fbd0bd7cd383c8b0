/* prune - decides what a layer keeps and writes it. */
#include "cmd/cmd.h"

#include "cmd/layer_input.h"
#include "cmd/levels.h"
#include "cmd/prune_early.h"
#include "cmd/prune_fit.h"
#include "cmd/prune_lists.h"
#include "cmd/prune_write.h"
#include "base/json.h"
#include "base/mem.h"
#include "layer/deflate.h"
#include "view/choices.h"
#include "view/fit.h"
#include "view/notes.h"
#include "view/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPT_JSON = 256, OPT_LEVEL, OPT_BYTECODE, OPT_PYTHON, OPT_STRIP, OPT_MANIFEST, OPT_FIT };

#define PACKAGES_SHOWN 15

struct prune_args {
	struct layer_input input;
	struct layer_output output;
	struct prune_content content;
	const char *manifest;
	struct fit_limits fit;
	bool dry_run, json, quiet, verbose;
};

static const struct argp_option options[] = {
	{"output", 'o', "FILE|DIR/", 0, "A zip, or with a trailing / a directory (layer.zip)", 0},
	{"bytecode", OPT_BYTECODE, "MODE", 0,
	 "fast (default), source, only or keep\n"
	 "'fast': valid bytecode stays valid whatever the file times, stale is dropped, missing is "
	 "compiled; 'source': none; 'only': in the place of the source; 'keep': as it is.",
	 0},
	{"python", OPT_PYTHON, "EXE", 0, "What compiles bytecode (the traced Python)", 0},
	{"strip", OPT_STRIP, 0, 0, "Leave out symbols of ELF files; no loaded byte moves", 0},
	{"manifest", OPT_MANIFEST, "FILE", 0, "Write every file with its reason, as JSON", 0},
	{"fit", OPT_FIT, "SIZE[,ZIPSIZE]|lambda", 0,
	 "The safest layer of at most that size (250MB; 100MiB,20MiB)\n"
	 "What no run touched is given up unit by unit, weak evidence first, and listed. "
	 "'lambda': 262144000 bytes, 52428800 zipped.",
	 0},
	{"dry-run", 'n', 0, 0, "Decide and report, write nothing", 0},
	{"json", OPT_JSON, 0, 0, "Report as JSON", 0},
	{"level", OPT_LEVEL, "1…12|max", 0,
	 "Compression (7); 'max' takes minutes for what Zopfli can still save", 0},
	{"jobs", 'j', "N", 0, "Threads (one for each core)", 0},
	{"quiet", 'q', 0, 0, "No report", 0},
	{"verbose", 'v', 0, 0, "Show each step's savings and Lambda's limits", 0},
	{0},
};

static long number(const char *value, long min, long max, struct argp_state *state,
		   const char *option)
{
	char *end = NULL;
	long n = strtol(value, &end, 10);

	if (!*value || *end || n < min || n > max)
		argp_error(state, "--%s is a number from %ld to %ld, not '%s'", option, min, max,
			   value);
	return n;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct prune_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->input;
		break;
	case 'o':
		args->output.path = value;
		break;
	case 'n':
		args->dry_run = true;
		break;
	case 'q':
		args->quiet = true;
		break;
	case 'v':
		args->verbose = true;
		break;
	case 'j':
		args->output.jobs = (unsigned)number(value, 1, 1024, state, "jobs");
		break;
	case OPT_JSON:
		args->json = true;
		break;
	case OPT_BYTECODE:
		if (!content_bytecode(&args->content, value))
			argp_error(state, "--bytecode is fast, source, only or keep, not '%s'",
				   value);
		break;
	case OPT_PYTHON:
		args->content.python = value;
		break;
	case OPT_FIT:
		if (!fit_parse(value, &args->fit))
			argp_error(state,
				   "--fit is a size such as 250MB, two (250MB,50MB: the archive's) "
				   "or lambda, not '%s'",
				   value);
		break;
	case OPT_MANIFEST:
		args->manifest = value;
		break;
	case OPT_STRIP:
		args->content.strip = true;
		break;
	case OPT_LEVEL:
		args->output.level = strcmp(value, "max") == 0
					     ? DEFLATE_LEVEL_ZOPFLI
					     : (int)number(value, DEFLATE_LEVEL_MIN,
							   DEFLATE_LEVEL_MAX, state, "level");
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not wanted here; a trace is given with --keep", value);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&input_argp, 0, NULL, 0}, {0}};

static const struct argp prune_argp = {
	.help_filter = options_help,
	.children = children,
	.options = options,
	.parser = parse,
	.doc = "Decides which files of a layer stay, and writes the layer."
	       "\v"
	       "Examples:\n"
	       "  importtrace prune --keep trace.json\n"
	       "  importtrace prune --keep a.json --keep b.json -o small/\n"
	       "  importtrace prune --keep trace.json --root build/site=python --dry-run\n"
	       "  importtrace prune --keep trace.json --with-interpreter -o image.zip\n"
	       "  importtrace prune --keep trace.json --fit lambda\n"
	       "  importtrace prune --safety static --root build/site -o classic.zip\n\n"
	       "Exit codes: 0 done; 2 it could not be done, and nothing was written.",
};

/* --- the whole -------------------------------------------------------------------------------- */

static void report_json(const struct prune_args *args, const struct summary *s,
			const struct choices *c, const struct fit *fit, uint64_t zip_bytes)
{
	CLEANUP_JSON struct json *j = show_summary_json(s, zip_bytes);
	CLEANUP_BUF struct buf text = {0};

	choices_json(c, j);
	notes_json(c->plan, j);
	if (args->fit.bytes)
		json_set(j, "given_up", fit_json(fit, c->plan));
	if (!args->dry_run)
		json_set(j, "content", content_json(&args->content));
	json_print_pretty(j, &text);
	puts(text.data);
}

static void report_places(const struct prune_args *args)
{
	const char *layer = args->output.path;
	CLEANUP_FREE char *removed = list_path(layer, "removed");

	if (args->dry_run)
		puts("dry run: nothing was written");
	else
		printf("→ %s; what is not in it, and why: %s%s%s\n", layer, removed,
		       args->manifest ? "; all files: " : "", args->manifest ? args->manifest : "");
}

static void report_text(const struct prune_args *args, const struct summary *s,
			const struct choices *c, const struct fit *fit, uint64_t zip_bytes)
{
	show_groups("PACKAGE", s->packages, s->n_packages, PACKAGES_SHOWN, s, stdout);
	show_reasons(s, stdout);
	choices_show(c, stdout);
	fit_show(fit, c->plan, stdout);
	show_totals(s, zip_bytes, stdout);
	if (args->verbose) {
		show_steps(s, stdout);
		show_limits(s, zip_bytes, stdout);
	}
	if (!args->dry_run)
		content_print(&args->content, stdout);
	report_places(args);
}

static void report(const struct prune_args *args, const struct traces *traces, const struct plan *p,
		   const struct fit *fit, uint64_t zip_bytes)
{
	CLEANUP_CHOICES struct choices choices = {0};
	struct levels_work work = {&args->content, !args->dry_run, traces, p};
	struct summary s;

	if (!args->json)
		notes_show(p, stderr);
	if (args->quiet && !args->json)
		return;
	choices_make(p, traces->list, traces->n, &args->input.plan, levels_survey, &work, &choices);
	summary_make(p, &s);
	if (args->json)
		report_json(args, &s, &choices, fit, zip_bytes);
	else
		report_text(args, &s, &choices, fit, zip_bytes);
	summary_free(&s);
}

/* The lists first: where there is a new layer, they are there. */
static int put_in_place(struct layer *layer, struct prune_lists *lists, bool dry_run,
			struct error *e)
{
	int r = lists_place(lists, e);

	if (r == 0 && !dry_run)
		r = layer_commit(layer, e);
	if (r < 0)
		lists_take_back(lists);
	return r;
}

static int decide(struct prune_args *args, const struct traces *traces, const struct inventory *inv,
		  struct fit *fit, struct plan *p, struct layer *layer, struct error *e)
{
	CLEANUP_EARLY struct early early = {0};
	int r;

	if (args->fit.bytes)
		return fit_prepare(&(struct fit_work){args->fit, args->dry_run, &args->output,
						      traces, inv, &args->input.plan},
				   fit, p, layer, e);
	if (!args->dry_run && safety_needs_trace(args->input.plan.safety))
		early_start(&args->output, traces, inv, &early);
	args->output.early = early.pool;
	plan_make(traces->list, traces->n, inv, &args->input.plan, p);
	r = layer_make(&args->output, args->dry_run, traces, p, layer, e);
	args->output.early = NULL;
	return r;
}

/* The layer and what is said about it: all of it or nothing. */
static int write_all_of_it(struct prune_args *args, const struct traces *traces,
			   const struct inventory *inv, struct fit *fit, struct plan *p,
			   struct layer *layer, struct error *e)
{
	CLEANUP_PRUNE_LISTS struct prune_lists lists = PRUNE_LISTS_NONE;
	const char *path = args->dry_run ? NULL : args->output.path;
	int r = path ? layer_check_output(path, inv, e) : 0;

	if (r == 0)
		r = lists_open(path, args->manifest, &lists, e);
	if (r == 0)
		r = decide(args, traces, inv, fit, p, layer, e);
	if (r < 0)
		return r;
	r = lists_prepare(&lists, p, e);
	return r == 0 ? put_in_place(layer, &lists, args->dry_run, e) : r;
}

static int prune(struct prune_args *args, struct error *e)
{
	CLEANUP_INVENTORY struct inventory inv = {0};
	CLEANUP_FIT struct fit fit = {0};
	CLEANUP_PLAN struct plan p = {0};
	CLEANUP_LAYER struct layer layer = LAYER_NONE;
	struct traces traces = {0};
	int r;

	if (safety_needs_trace(args->input.plan.safety) && !args->input.n_keep)
		return error_set(e, EINVAL,
				 "no trace given: record one with 'importtrace record -- CMD' and "
				 "give it with --keep trace.json");
	if (!args->input.n_roots && !args->input.n_keep)
		return error_set(e, EINVAL, "this level needs the tree: --root DIR");
	if (args->fit.bytes && !safety_needs_trace(args->input.plan.safety))
		return error_set(e, EINVAL,
				 "--fit gives up what no run touched: it needs traces, and "
				 "--safety trace, closure or package");
	r = input_load(&args->input, &traces, &inv, e);
	if (r == 0) {
		r = write_all_of_it(args, &traces, &inv, &fit, &p, &layer, e);
		if (r == 0)
			report(args, &traces, &p, &fit, layer.zip_bytes);
	}
	traces_free(&traces);
	return r;
}

static int prune_run(int argc, char **argv)
{
	struct prune_args args = {
		.output = {.path = "layer.zip", .level = DEFLATE_LEVEL_DEFAULT},
		.input = LAYER_INPUT_DEFAULT,
	};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&prune_argp, argc, argv, 0, EXIT_USAGE, &args);
	args.output.content = &args.content;
	args.content.jobs = args.output.jobs;
	if (!args.content.bytecode_given)
		args.content.bytecode = content_default_bytecode(args.input.plan.safety);
	r = prune(&args, &e);
	content_free(&args.content);
	input_free(&args.input);
	if (r < 0) {
		complain("prune", &e);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

const struct command cmd_prune = {
	.name = "prune",
	.summary = "decide what is kept and write the layer → layer.zip",
	.argp = &prune_argp,
	.run = prune_run,
};
