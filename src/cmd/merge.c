/* merge - several traces into one. */
#include "cmd/cmd.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "trace/merge.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OPT_MAP = 256 };

struct merge_args {
	const char *output;
	const char **inputs;
	size_t n_inputs;
	struct merge_map *maps;
	size_t n_maps;
	bool quiet;
};

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "Where the trace goes (default: merged.json)", 0},
	{"map", OPT_MAP, "FROM=TO", 0,
	 "Paths below FROM are those below TO; repeatable\n"
	 "For traces whose trees lay in different places.",
	 0},
	{"quiet", 'q', 0, 0, "No summary on standard error", 0},
	{0},
};

static void add_map(struct merge_args *args, const char *value, struct argp_state *state)
{
	const char *equals = strchr(value, '=');
	struct merge_map one;

	if (!equals || value[0] != '/' || equals[1] != '/')
		argp_error(state, "--map is /FROM=/TO with absolute paths, not '%s'", value);
	else {
		CLEANUP_FREE char *from = xstrndup(value, (size_t)(equals - value));

		one = (struct merge_map){path_clean(from), path_clean(equals + 1)};
		args->maps = xreallocarray(args->maps, args->n_maps + 1, sizeof(one));
		args->maps[args->n_maps++] = one;
	}
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct merge_args *args = state->input;

	switch (key) {
	case 'o':
		args->output = value;
		break;
	case 'q':
		args->quiet = true;
		break;
	case OPT_MAP:
		add_map(args, value, state);
		break;
	case ARGP_KEY_ARG:
		args->inputs = xreallocarray(args->inputs, args->n_inputs + 1, sizeof(value));
		args->inputs[args->n_inputs++] = value;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no trace given; for example: importtrace merge -o all.json "
				  "a.json b.json");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp merge_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.args_doc = "TRACE…",
	.doc = "Makes one trace of several: workloads, test shards, machines. The order does not "
	       "matter."
	       "\v"
	       "Examples:\n"
	       "  importtrace merge -o all.json chat.json embedding.json\n"
	       "  importtrace merge -o all.json --map /ci/1/site=/ci/2/site a.json b.json\n\n"
	       "Exit codes: 0 done; 2 it could not be done, and nothing was written.",
};

static int write_trace(const struct trace *t, struct outfile *out, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};

	trace_format(t, &text);
	return outfile_put(out, &text, e);
}

static void summarise(const struct trace *t, const struct merge_args *args)
{
	if (!t->complete)
		warn("merge",
		     "not complete, because not all of the traces are; prune will refuse it");
	if (!args->quiet)
		fprintf(stderr, "importtrace merge: %zu traces, %zu files touched → %s\n",
			args->n_inputs, t->n_files, args->output);
}

static int merge(const struct merge_args *args, struct error *e)
{
	CLEANUP_OUTFILE struct outfile out = OUTFILE_NONE;
	CLEANUP_TRACE struct trace merged = {0};
	struct trace *list = xcalloc(args->n_inputs, sizeof(*list));
	int r = outfile_open(args->output, &out, e);

	for (size_t i = 0; r == 0 && i < args->n_inputs; i++)
		r = trace_read(args->inputs[i], &list[i], e);
	if (r == 0)
		r = traces_merge(list, args->inputs, args->n_inputs, args->maps, args->n_maps,
				 &merged, e);
	if (r == 0)
		r = write_trace(&merged, &out, e);
	if (r == 0)
		summarise(&merged, args);
	for (size_t i = 0; i < args->n_inputs; i++)
		trace_free(&list[i]);
	free(list);
	return r;
}

static int merge_run(int argc, char **argv)
{
	struct merge_args args = {.output = "merged.json"};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&merge_argp, argc, argv, 0, EXIT_USAGE, &args);
	r = merge(&args, &e);
	for (size_t i = 0; i < args.n_maps; i++) {
		free(args.maps[i].from);
		free(args.maps[i].to);
	}
	free(args.maps);
	free(args.inputs);
	if (r < 0) {
		complain("merge", &e);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

const struct command cmd_merge = {
	.name = "merge",
	.summary = "make one trace of several → merged.json",
	.argp = &merge_argp,
	.run = merge_run,
};
