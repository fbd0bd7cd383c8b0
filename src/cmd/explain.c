/* explain - why a path is kept or removed, with the chain of reasons. */
#include "cmd/explain.h"

#include "base/files.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/prune_write.h"

#include <errno.h>
#include <stdio.h>

enum { OPT_JSON = 256 };

/* What verify --repair leaves beside layer.zip. */
#define REPAIRED_DEFAULT "layer.repaired.tsv"

struct explain_args {
	struct layer_input input;
	bool json;
	char **paths;
	size_t n_paths;
};

static const struct argp_option options[] = {
	{"json", OPT_JSON, 0, 0, "Answer as JSON", 0},
	{0},
};

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct explain_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->input;
		break;
	case OPT_JSON:
		args->json = true;
		break;
	case ARGP_KEY_ARG:
		args->paths = xreallocarray(args->paths, args->n_paths + 1, sizeof(*args->paths));
		args->paths[args->n_paths++] = value;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no path given; for example: importtrace explain --keep "
				  "trace.json certifi/cacert.pem");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&input_argp, 0, NULL, 0}, {0}};

static const struct argp explain_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "PATH…",
	.doc = "Says why prune keeps or removes PATH: the chain of reasons down to the line of "
	       "source that imports it or to the process that touched it; for a removed file what "
	       "would keep it. PATH is relative to the root, a path inside the layer, or that of "
	       "the file itself. Takes the options that prune was given."
	       "\v"
	       "Examples:\n"
	       "  importtrace explain --keep trace.json botocore/session.py\n"
	       "  importtrace explain --keep trace.json --json python/certifi/cacert.pem\n\n"
	       "Exit codes: 0 explained; 2 there is no such path (the nearest is named), or the "
	       "input is wrong.",
};

/* --- finding ---------------------------------------------------------------------------------- */

/* Relative to a root, or behind a root's prefix. */
static bool find_relative(const struct inventory *inv, const char *path, size_t *root, size_t *i)
{
	for (size_t r = 0; r < inv->n_roots; r++) {
		const char *prefix = inv->roots[r].prefix;
		const char *below = prefix[0] ? path_below(path, prefix) : NULL;

		*root = r;
		*i = inventory_find(&inv->roots[r], path);
		if (*i == INVENTORY_NONE && below)
			*i = inventory_find(&inv->roots[r], below);
		if (*i != INVENTORY_NONE)
			return true;
	}
	return false;
}

/* The file itself: its directory resolved, the last component as it is (it may be a link). */
static bool find_file(const struct plan *p, const char *path, size_t *root, size_t *i)
{
	CLEANUP_FREE char *dir = path_dir(path);
	CLEANUP_FREE char *resolved = realpath(dir[0] ? dir : ".", NULL);
	CLEANUP_FREE char *whole = resolved ? path_join(resolved, path_base(path)) : NULL;

	return whole && plan_locate(p, whole, root, i);
}

static int find(const struct case_file *c, const char *word, size_t *root, size_t *i,
		struct error *e)
{
	CLEANUP_FREE char *path = path_clean(word);
	const char *near = path;

	if (find_relative(&c->inv, path, root, i) || plan_locate(&c->plan, path, root, i) ||
	    find_file(&c->plan, path, root, i))
		return 0;
	for (size_t r = 0; r < c->inv.n_roots; r++)
		if (path_below(path, c->inv.roots[r].dir))
			near = path_below(path, c->inv.roots[r].dir);
	near = inventory_nearest(&c->inv, near);
	return error_set(e, ENOENT, "there is no %s under the root%s%s%s%s%s", word,
			 c->inv.n_roots == 1 ? " " : "s",
			 c->inv.n_roots == 1 ? c->inv.roots[0].dir : "",
			 near ? "; the nearest path is '" : "", near ? near : "", near ? "'" : "");
}

/* --- the whole -------------------------------------------------------------------------------- */

static int answer(const struct case_file *c, const struct explain_args *args, struct error *e)
{
	CLEANUP_JSON struct json *all = json_array();
	CLEANUP_BUF struct buf text = {0};
	int r = 0;

	for (size_t k = 0; r == 0 && k < args->n_paths; k++) {
		size_t root, i;

		r = find(c, args->paths[k], &root, &i, e);
		if (r == 0 && args->json)
			json_append(all, explain_json(c, root, i));
		else if (r == 0)
			explain_text(c, root, i);
	}
	if (r == 0 && args->json) {
		json_print_pretty(all, &text);
		puts(text.data);
	}
	return r;
}

/* A list of a repaired layer that was not asked for is worth a word: it may be the layer meant. */
static void note_repaired(struct case_file *c)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_ERROR struct error ignored = {0};

	if (c->in->repaired_file || file_read(REPAIRED_DEFAULT, REPAIRED_MAX, &text, &ignored) < 0)
		return;
	if (repaired_parse(text.data ? text.data : "", text.len, REPAIRED_DEFAULT, &c->other,
			   &ignored) < 0 ||
	    repaired_find(&c->other, &c->inv, &ignored) < 0)
		repaired_free(&c->other);
}

static int explain(struct explain_args *args, struct error *e)
{
	struct case_file c = {.in = &args->input};
	int r = input_load(&args->input, &c.traces, &c.inv, e);

	if (r == 0) {
		plan_make(c.traces.list, c.traces.n, &c.inv, &args->input.plan, &c.plan);
		r = layer_survey_default(&c.traces, &c.plan, &c.shipped, e);
	}
	if (r == 0) {
		c.plan.shipped = &c.shipped;
		note_repaired(&c);
		r = answer(&c, args, e);
	}
	repaired_free(&c.other);
	shipped_free(&c.shipped);
	plan_free(&c.plan);
	inventory_free(&c.inv);
	traces_free(&c.traces);
	return r;
}

static int explain_run(int argc, char **argv)
{
	struct explain_args args = {.input = LAYER_INPUT_DEFAULT};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&explain_argp, argc, argv, 0, EXIT_USAGE, &args);
	r = explain(&args, &e);
	input_free(&args.input);
	free(args.paths);
	if (r < 0) {
		complain("explain", &e);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "say why a path is kept or removed, with the chain of reasons",
	.argp = &explain_argp,
	.run = explain_run,
};
