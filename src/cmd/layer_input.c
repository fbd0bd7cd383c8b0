#include "cmd/layer_input.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/default_roots.h"
#include "cmd/interpreter.h"
#include "cmd/zip_root.h"
#include "layer/sources.h"
#include "layer/tree.h"
#include "trace/tracefile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OPT_SAFETY = 512,
	OPT_FORCE,
	OPT_RULES,
	OPT_WITH_INTERPRETER,
	OPT_AT,
	OPT_PROVIDES,
	OPT_REPAIRED
};

static const struct argp_option options[] = {
	{"keep", 'k', "TRACE", 0, "A trace of what must work; repeatable", 0},
	{"root", 'r', "DIR|ZIP[=PREFIX]", 0,
	 "A tree to pack, and its place in the layer; repeatable\n"
	 "By default the site directory that the traces used, below python/.",
	 0},
	{"at", OPT_AT, "DIR", 0,
	 "Where that zip was unpacked for the trace\n"
	 "By default it is found by the files that the trace touched.",
	 0},
	{"with-interpreter", OPT_WITH_INTERPRETER, "EXE", OPTION_ARG_OPTIONAL,
	 "Pack the traced Python too, to run it elsewhere\n"
	 "The executable, what is needed of its standard library, and the shared libraries, under "
	 "bin/ and lib/: the layer runs in an empty root directory.",
	 0},
	{"safety", OPT_SAFETY, "LEVEL", 0,
	 "How far to go: static, trace … all (closure)\n"
	 "'static' is the classic rule list, without a trace; 'trace' is what was touched and "
	 "what belongs to it; 'closure' is also what that imports, names and may read; 'package' "
	 "is whole touched distributions and what they require; 'all' is everything.",
	 0},
	{"rules", OPT_RULES, "FILE", 0, "What to keep and drop by name (.importtrace)", 0},
	{"provides", OPT_PROVIDES, "NAME,…", 0,
	 "What the target has beside the layer, as imported; repeatable\n"
	 "A module that imports what is not installed here cannot be imported and is left out, "
	 "unless the target provides it: boto3 in Lambda's runtime, a second layer.",
	 0},
	{"repaired", OPT_REPAIRED, "FILE", 0,
	 "Keep also what verify --repair added\n"
	 "Its layer.repaired.tsv: what a run on the layer missed counts as touched.",
	 0},
	{"force", OPT_FORCE, "REASON", 0,
	 "Go on although …; repeatable\n"
	 "'incomplete': the trace is not complete; 'failed': the traced command failed; "
	 "'changed': the tree is not the traced one; 'untouched': nothing of it was touched; "
	 "'links': "
	 "it was used through symlinks that lead out of it.",
	 0},
	{0},
};

/* Appends an option's value (not copied: argv lives on). */
static void add_value(char ***list, size_t *n, char *value)
{
	*list = xreallocarray(*list, *n + 1, sizeof(**list));
	(*list)[(*n)++] = value;
}

void input_keep(struct layer_input *in, char *trace)
{
	add_value(&in->keep, &in->n_keep, trace);
}

void input_root(struct layer_input *in, char *root)
{
	size_t n_at = in->n_roots;

	add_value(&in->roots, &in->n_roots, root);
	add_value(&in->at, &n_at, NULL);
}

static void parse_force(struct layer_input *in, const char *value, struct argp_state *state)
{
	for (size_t i = 0; i < REFUSALS; i++)
		if (strcmp(value, refusal_names[i]) == 0) {
			in->forced[i] = true;
			return;
		}
	argp_error(state, "--force is incomplete, failed, changed, untouched or links, not '%s'",
		   value);
}

/* Distributions are often called by their name with '-', which no import has. */
static void add_provided(struct layer_input *in, const char *name, size_t len,
			 struct argp_state *state)
{
	char *copy = xstrndup(name, len);

	for (char *c = copy; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("_-.", *c))
			argp_error(state, "--provides takes names as they are imported, not '%s'",
				   copy);
		*c = *c == '-' ? '_' : *c;
	}
	copy[strcspn(copy, ".")] = '\0';
	in->provides = xreallocarray(in->provides, in->plan.n_provides + 1, sizeof(*in->provides));
	in->provides[in->plan.n_provides++] = copy;
	in->plan.provides = (const char *const *)in->provides;
}

static void parse_provides(struct layer_input *in, const char *value, struct argp_state *state)
{
	for (const char *s = value;; s++) {
		size_t len = strcspn(s, ",");

		if (!len)
			argp_error(state,
				   "--provides is a list of names such as boto3,requests, "
				   "not '%s'",
				   value);
		add_provided(in, s, len, state);
		s += len;
		if (!*s)
			return;
	}
}

static enum safety parse_safety(const char *value, struct argp_state *state)
{
	for (int i = 0; i < SAFETIES; i++)
		if (strcmp(value, safety_names[i]) == 0)
			return (enum safety)i;
	argp_error(state, "--safety is 'static', 'trace', 'closure', 'package' or 'all', not '%s'",
		   value);
	return SAFETY_DEFAULT;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct layer_input *in = state->input;

	switch (key) {
	case 'k':
		input_keep(in, value);
		break;
	case 'r':
		input_root(in, value);
		break;
	case OPT_AT:
		if (!in->n_roots)
			argp_error(state, "--at belongs behind the --root of a zip");
		in->at[in->n_roots - 1] = value;
		break;
	case OPT_WITH_INTERPRETER:
		in->with_interpreter = true;
		in->interpreter = value;
		break;
	case OPT_SAFETY:
		in->plan.safety = parse_safety(value, state);
		break;
	case OPT_RULES:
		in->rules_file = value;
		break;
	case OPT_PROVIDES:
		parse_provides(in, value, state);
		break;
	case OPT_REPAIRED:
		in->repaired_file = value;
		break;
	case OPT_FORCE:
		parse_force(in, value, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp input_argp = {.options = options, .parser = parse, .help_filter = options_help};

void input_free(struct layer_input *in)
{
	free(in->keep);
	free(in->roots);
	free(in->at);
	for (size_t i = 0; i < in->plan.n_provides; i++)
		free(in->provides[i]);
	free(in->provides);
	rules_free(&in->user);
	rules_free(&in->builtin);
	repaired_free(&in->repaired);
}

void traces_free(struct traces *t)
{
	for (size_t i = 0; i < t->n; i++)
		trace_free(&t->list[i]);
	free(t->list);
	*t = (struct traces){0};
}

static int read_traces(const struct layer_input *in, struct traces *traces, struct error *e)
{
	int r = 0;

	traces->list = xcalloc(in->n_keep, sizeof(*traces->list));
	for (size_t i = 0; r == 0 && i < in->n_keep; i++) {
		r = trace_read(in->keep[i], &traces->list[i], e);
		if (r == 0)
			traces->n++;
	}
	return r;
}

/* --- roots ------------------------------------------------------------------------------------ */

/* PREFIX of --root DIR=PREFIX in *ret; NULL when it is not said. */
static int given_prefix(const char *equals, char **ret, struct error *e)
{
	CLEANUP_FREE char *prefix = equals ? path_clean(equals + 1) : NULL;

	if (prefix && (prefix[0] == '/' || strncmp(prefix, "..", 2) == 0))
		return error_set(e, EINVAL, "the prefix '%s' leads out of the layer", prefix);
	if (prefix && strcmp(prefix, ".") == 0)
		prefix[0] = '\0';
	*ret = TAKE_PTR(prefix);
	return 0;
}

static int add_root(const char *value, const char *at, const struct traces *traces,
		    struct inventory *inv, struct error *e)
{
	const char *equals = strrchr(value, '=');
	CLEANUP_FREE char *path =
		equals ? xstrndup(value, (size_t)(equals - value)) : xstrdup(value);
	CLEANUP_FREE char *resolved = realpath(path, NULL);
	CLEANUP_FREE char *prefix = NULL;
	struct stat st;
	int r;

	if (!resolved || stat(resolved, &st) < 0)
		return error_errno(e, errno, "cannot find the root %s", path);
	r = given_prefix(equals, &prefix, e);
	if (r < 0)
		return r;
	if (!S_ISDIR(st.st_mode))
		return zip_root_add(path, prefix, at, traces, inv, e);
	if (at)
		return error_set(e, EINVAL, "--at is for a zip, but the root %s is a directory",
				 path);
	if (!prefix)
		prefix = default_roots_prefix(resolved);
	return tree_read(resolved, prefix, inv, e);
}

/* A root inside another one, where that one was read as a whole or holds the place itself. */
static int check_nesting(const struct inventory *inv, struct error *e)
{
	for (size_t a = 0; a < inv->n_roots; a++)
		for (size_t b = 0; b < inv->n_roots; b++) {
			const struct inventory_root *inner = &inv->roots[a],
						    *outer = &inv->roots[b];
			const char *below = path_below(inner->dir, outer->dir);

			if (a == b || !below)
				continue;
			if (!outer->partial ||
			    (below[0] && inventory_find(outer, below) != INVENTORY_NONE))
				return error_set(e, EINVAL, "the root %s lies inside the root %s",
						 inner->dir, outer->dir);
		}
	return 0;
}

int input_roots(const struct layer_input *in, const struct traces *traces, const char *name,
		struct inventory *inv, struct error *e)
{
	int r = 0;

	if (!in->n_roots && !traces->n)
		return error_set(e, EINVAL,
				 "no run and no tree given: --keep trace.json names a run that "
				 "'importtrace record -- CMD' has recorded, --root DIR a tree");
	if (!in->n_roots)
		r = default_roots_add(traces, name, inv, e);
	for (size_t i = 0; r == 0 && i < in->n_roots; i++)
		r = add_root(in->roots[i], in->at[i], traces, inv, e);
	if (r == 0 && in->with_interpreter)
		r = interpreter_add(in->interpreter, traces, inv, e);
	if (r == 0) {
		inventory_index(inv);
		r = check_nesting(inv, e);
	}
	return r;
}

/* --- refusals --------------------------------------------------------------------------------- */

static int check_trace(const struct layer_input *in, const struct trace *t, const char *name,
		       const struct inventory *inv, struct error *e)
{
	char *texts[REFUSALS];
	int r = 0;

	refusals_find(t, name, inv, texts);
	for (size_t i = 0; i < REFUSALS; i++) {
		if (texts[i] && in->forced[i])
			warn(NULL, texts[i]);
		else if (texts[i] && r == 0)
			r = error_set(e, EINVAL, "%s. Record again, or go on with --force %s",
				      texts[i], refusal_names[i]);
		free(texts[i]);
	}
	return r;
}

/* --- rules ------------------------------------------------------------------------------------ */

#define RULES_DEFAULT ".importtrace"
#define RULES_MAX     ((size_t)1 << 20) /* bytes */

static int read_rules(struct layer_input *in, const struct inventory *inv, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	const char *file = in->rules_file ? in->rules_file : RULES_DEFAULT;
	int r = rules_builtin(&in->builtin, e);

	in->plan.builtin = &in->builtin;
	if (r < 0 || (!in->rules_file && access(file, F_OK) < 0 && errno == ENOENT))
		return r;
	r = file_read(file, RULES_MAX, &text, e);
	if (r == 0)
		r = rules_parse(text.data, text.len, file, &in->user, e);
	if (r == 0)
		r = rules_check(&in->user, inv, e);
	in->plan.user = &in->user;
	return r;
}

static int read_repaired(struct layer_input *in, const struct inventory *inv, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	if (!in->repaired_file)
		return 0;
	r = file_read(in->repaired_file, REPAIRED_MAX, &text, e);
	if (r == 0)
		r = repaired_parse(text.data ? text.data : "", text.len, in->repaired_file,
				   &in->repaired, e);
	if (r == 0)
		r = repaired_find(&in->repaired, inv, e);
	in->plan.repaired = &in->repaired;
	return r;
}

int input_layer(const char *layer, struct inventory *inv, struct error *e)
{
	const struct traces none = {0};
	int r = add_root(layer, NULL, &none, inv, e);

	if (r == 0)
		inventory_index(inv);
	return r;
}

int input_load(struct layer_input *in, struct traces *traces, struct inventory *inv,
	       struct error *e)
{
	int r = read_traces(in, traces, e);

	if (r == 0)
		r = input_roots(in, traces, in->n_keep ? in->keep[0] : "", inv, e);
	if (r == 0)
		r = read_rules(in, inv, e);
	if (r == 0)
		r = read_repaired(in, inv, e);
	for (size_t i = 0; r == 0 && i < traces->n; i++)
		r = check_trace(in, &traces->list[i], in->keep[i], inv, e);
	if (r == 0 && traces->n)
		r = sources_scan(inv, 0, e);
	return r;
}
