/* explain - why a path is kept or removed, with the chain of reasons. */
#include "cmd/cmd.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/layer_input.h"
#include "cmd/prune_write.h"
#include "layer/content.h"
#include "trace/tracefile.h"
#include "view/why.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define CHAIN_MAX  64                 /* steps; a chain cannot be longer than the tree is deep */
#define SOURCE_MAX ((size_t)64 << 20) /* bytes of a source whose line is shown */

enum { OPT_JSON = 256 };

struct explain_args {
	struct layer_input input;
	bool json;
	char **paths;
	size_t n_paths;
};

/* What decides, read once. */
struct case_file {
	struct layer_input *in;
	struct traces traces;
	struct inventory inv;
	struct plan plan;
	struct shipped shipped;
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

/* --- evidence --------------------------------------------------------------------------------- */

/* The line of source that a cause names, without blanks around it; NULL when there is none. */
static char *source_line(const struct plan *p, const struct cause *c)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_ERROR struct error e = {0};
	const struct inventory_root *root;
	const char *s;
	size_t n;

	if (!c->line || c->entry == INVENTORY_NONE)
		return NULL;
	root = &p->inv->roots[c->root];
	if (content_read(root, &root->entries[c->entry], SOURCE_MAX, &text, &e) < 0 || !text.data)
		return NULL;
	s = text.data;
	for (uint32_t line = 1; s && line < c->line; line++) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	if (!s)
		return NULL;
	s += strspn(s, " \t\f");
	n = strcspn(s, "\r\n");
	return xstrndup(s, n < 200 ? n : 200);
}

static const char *process_exe(const struct trace *t, int32_t pid)
{
	for (size_t k = 0; k < t->n_processes; k++) {
		if (t->processes[k].pid != pid)
			continue;
		if (t->processes[k].exe)
			return t->processes[k].exe;
		/* A child that executed nothing is what its parent is; parents come first. */
		pid = t->processes[k].parent;
		for (size_t up = k; up-- > 0;)
			if (t->processes[up].pid == pid) {
				if (t->processes[up].exe)
					return t->processes[up].exe;
				pid = t->processes[up].parent;
			}
		break;
	}
	return "?";
}

static void add_ops(uint32_t ops, struct buf *out)
{
	const char *comma = "";

	for (size_t b = 0; b < TRACE_OP_COUNT; b++)
		if (ops & 1u << b) {
			buf_addf(out, "%s%s", comma, trace_op_names[b]);
			comma = ", ";
		}
}

struct touch {
	const char *trace; /* its file */
	const struct trace_file *file;
	const char *exe;
};

/* The k-th trace's touch of an entry; false when it has none. */
static bool find_touch(const struct case_file *c, size_t k, size_t root, size_t i,
		       struct touch *ret)
{
	const struct inventory_root *r = &c->inv.roots[root];
	CLEANUP_FREE char *path = path_join(r->dir, r->entries[i].path);
	const struct trace_file *f = trace_find(&c->traces.list[k], path);

	if (!f || f->created)
		return false;
	*ret = (struct touch){c->in->keep[k], f, process_exe(&c->traces.list[k], f->pid)};
	return true;
}

/* --- text ------------------------------------------------------------------------------------- */

static void print_touches(const struct case_file *c, size_t root, size_t i, const char *indent)
{
	for (size_t k = 0; k < c->traces.n; k++) {
		CLEANUP_BUF struct buf ops = {0};
		struct touch t;

		if (!find_touch(c, k, root, i, &t))
			continue;
		add_ops(t.file->ops, &ops);
		printf("%s%s: %s by process %" PRId32 " (%s), first %.3f s after the start\n",
		       indent, t.trace, ops.data, t.file->pid, t.exe,
		       (double)t.file->first_ns / 1e9);
		for (size_t q = 0; q < t.file->n_requested; q++)
			printf("%s  asked for as %s\n", indent, t.file->requested[q]);
	}
}

static void print_cause(const struct case_file *c, size_t root, size_t i, const struct cause *why,
			const char *indent)
{
	CLEANUP_BUF struct buf name = {0}, text = {0};
	CLEANUP_FREE char *line = source_line(&c->plan, why), *deeper = xasprintf("%s    ", indent);

	why_name(why, &name);
	why_kept(&c->plan, root, i, why, &text);
	printf("%s%s: %s\n", indent, name.data, text.data ? text.data : "");
	if (line)
		printf("%s%s\n", deeper, line);
	if (why->reason == REASON_TRACED)
		print_touches(c, root, i, deeper);
}

/* The main reason's asker, and its main reason, and so on to the one that nobody asked for. */
static void print_chain(const struct case_file *c, size_t root, size_t i)
{
	for (size_t step = 0; step < CHAIN_MAX; step++) {
		const struct cause *why =
			plan_cause(&c->plan, root, i, (enum reason)c->plan.decisions[root][i].main);

		if (!why)
			return;
		if (step)
			printf("  which is kept: %s\n", c->inv.roots[root].entries[i].path);
		print_cause(c, root, i, why, "    ");
		if (why->entry == INVENTORY_NONE)
			return;
		root = why->root;
		i = why->entry;
	}
}

static void print_others(const struct case_file *c, size_t root, size_t i)
{
	const struct decision *d = &c->plan.decisions[root][i];

	for (size_t k = d->causes; k != INVENTORY_NONE; k = c->plan.causes[k].next)
		if (c->plan.causes[k].reason != d->main && d->reasons) {
			fputs("  also ", stdout);
			print_cause(c, root, i, &c->plan.causes[k], "");
		}
}

/* The levels that would keep a removed entry, with the reason that they share. */
static void add_levels(const struct case_file *c, size_t root, size_t i, struct json *array)
{
	const struct decision *d = &c->plan.decisions[root][i];
	const struct cause *cause = d->further ? &c->plan.causes[d->causes] : NULL;
	CLEANUP_BUF struct buf why = {0};

	if (!cause)
		return;
	why_name(cause, &why);
	buf_addstr(&why, ": ");
	why_kept(&c->plan, root, i, cause, &why);
	for (int s = d->level; s < SAFETY_ALL; s++) {
		struct json *one = json_object();

		json_set_string(one, "safety", safety_names[s]);
		json_set_bytes(one, "why", why.data);
		json_append(array, one);
	}
}

static void print_removed(const struct case_file *c, size_t root, size_t i)
{
	const struct entry *ent = &c->inv.roots[root].entries[i];
	CLEANUP_BUF struct buf why = {0}, pattern = {0};
	CLEANUP_JSON struct json *levels = json_array();

	why_removed(&c->plan, root, i, &why);
	why_pattern(ent->path, &pattern);
	printf("  %s: %s\n", category_names[plan_category(&c->plan, root, i)], why.data);
	if (plan_left_out(&c->plan, root, i))
		return;
	if (!c->plan.decisions[root][i].dropped)
		add_levels(c, root, i, levels);
	for (const struct json *l = json_first(levels); l; l = json_next(l)) {
		CLEANUP_FREE char *text = json_get_bytes(l, "why");

		printf("  --safety %s would keep it: %s\n", json_string(json_get(l, "safety")),
		       text);
	}
	printf("  the line of the rules file that keeps it: keep %s\n", pattern.data);
}

static void print_entry(const struct case_file *c, size_t root, size_t i)
{
	const struct entry *ent = &c->inv.roots[root].entries[i];
	CLEANUP_FREE char *in_layer = path_join(c->inv.roots[root].prefix, ent->path);
	bool kept = plan_ships(&c->plan, root, i);

	printf("%s (", ent->path);
	if (ent->type == ENTRY_DIR)
		fputs("directory", stdout);
	else
		printf("%" PRIu64 " bytes", ent->size);
	printf("): %s%s%s\n", kept ? "kept" : "removed", kept ? ", as " : "", kept ? in_layer : "");
	if (!kept) {
		print_removed(c, root, i);
		return;
	}
	print_chain(c, root, i);
	print_others(c, root, i);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *touches_json(const struct case_file *c, size_t root, size_t i)
{
	struct json *array = json_array();

	for (size_t k = 0; k < c->traces.n; k++) {
		struct json *ops = json_array(), *one = json_object();
		struct touch t;

		if (!find_touch(c, k, root, i, &t)) {
			json_free(ops);
			json_free(one);
			continue;
		}
		for (size_t b = 0; b < TRACE_OP_COUNT; b++)
			if (t.file->ops & 1u << b)
				json_append_string(ops, trace_op_names[b]);
		json_set_bytes(one, "trace", t.trace);
		json_set(one, "ops", ops);
		json_set_int(one, "pid", t.file->pid);
		json_set_bytes(one, "exe", t.exe);
		json_set_int(one, "first_ns", t.file->first_ns);
		json_append(array, one);
	}
	return array;
}

static struct json *cause_json(const struct case_file *c, size_t root, size_t i,
			       const struct cause *why)
{
	CLEANUP_BUF struct buf name = {0}, text = {0};
	CLEANUP_FREE char *line = source_line(&c->plan, why);
	struct json *j = json_object();

	why_name(why, &name);
	why_kept(&c->plan, root, i, why, &text);
	json_set_bytes(j, "path", c->inv.roots[root].entries[i].path);
	json_set_string(j, "reason", name.data);
	json_set_bytes(j, "why", text.data ? text.data : "");
	if (why->entry != INVENTORY_NONE)
		json_set_bytes(j, "by", c->inv.roots[why->root].entries[why->entry].path);
	if (why->line)
		json_set_int(j, "line", why->line);
	if (line)
		json_set_bytes(j, "source", line);
	if (why->reason == REASON_TRACED)
		json_set(j, "touches", touches_json(c, root, i));
	return j;
}

static struct json *chain_json(const struct case_file *c, size_t root, size_t i)
{
	struct json *array = json_array();

	for (size_t step = 0; step < CHAIN_MAX; step++) {
		const struct cause *why =
			plan_cause(&c->plan, root, i, (enum reason)c->plan.decisions[root][i].main);

		if (!why)
			break;
		json_append(array, cause_json(c, root, i, why));
		if (why->entry == INVENTORY_NONE)
			break;
		root = why->root;
		i = why->entry;
	}
	return array;
}

static void removed_json(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	CLEANUP_BUF struct buf why = {0}, rule = {0};
	struct json *levels = json_array();

	buf_addstr(&rule, "keep ");
	why_pattern(c->inv.roots[root].entries[i].path, &rule);
	why_removed(&c->plan, root, i, &why);
	json_set_string(j, "category", category_names[plan_category(&c->plan, root, i)]);
	json_set_bytes(j, "why", why.data);
	if (!c->plan.decisions[root][i].dropped)
		add_levels(c, root, i, levels);
	json_set(j, "levels", levels);
	if (!plan_left_out(&c->plan, root, i))
		json_set_bytes(j, "keep_with", rule.data);
}

static struct json *entry_json(const struct case_file *c, size_t root, size_t i)
{
	const struct entry *ent = &c->inv.roots[root].entries[i];
	const struct decision *d = &c->plan.decisions[root][i];
	CLEANUP_FREE char *in_layer = path_join(c->inv.roots[root].prefix, ent->path);
	struct json *j = json_object(), *also = json_array();

	json_set_bytes(j, "path", ent->path);
	json_set_bytes(j, "layer_path", in_layer);
	json_set_int(j, "bytes", ent->type == ENTRY_DIR ? 0 : (int64_t)ent->size);
	json_set_bool(j, "kept", plan_ships(&c->plan, root, i));
	if (!plan_ships(&c->plan, root, i)) {
		json_free(also);
		removed_json(c, root, i, j);
		return j;
	}
	json_set(j, "chain", chain_json(c, root, i));
	for (size_t k = d->causes; k != INVENTORY_NONE; k = c->plan.causes[k].next)
		if (c->plan.causes[k].reason != d->main)
			json_append(also, cause_json(c, root, i, &c->plan.causes[k]));
	json_set(j, "also", also);
	return j;
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
			json_append(all, entry_json(c, root, i));
		else if (r == 0)
			print_entry(c, root, i);
	}
	if (r == 0 && args->json) {
		json_print_pretty(all, &text);
		puts(text.data);
	}
	return r;
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
		r = answer(&c, args, e);
	}
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
