/* prune - decides what a layer keeps and writes it. */
#include "cmd/cmd.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/layer_input.h"
#include "layer/deflate.h"
#include "layer/dirout.h"
#include "layer/zipout.h"
#include "view/show.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { OPT_SAFETY = 256, OPT_JSON, OPT_FORCE, OPT_LEVEL };

#define PACKAGES_SHOWN 15

struct prune_args {
	struct layer_input input;
	const char *output;
	enum safety safety;
	bool dry_run, json, quiet;
	int level;
	unsigned jobs;
};

static const struct argp_option options[] = {
	{"keep", 'k', "TRACE", 0, "A trace of what must work; repeatable", 0},
	{"root", 'r', "DIR[=PREFIX]", 0,
	 "A tree to pack, and where it goes in the layer (default: the site directory that the "
	 "traces used, under python/); repeatable",
	 0},
	{"output", 'o', "FILE|DIR/", 0, "A zip, or with a trailing / a directory (layer.zip)", 0},
	{"safety", OPT_SAFETY, "all|static|trace", 0,
	 "How far to go: everything; the classic rule list, without a trace; or what was touched "
	 "(default)",
	 0},
	{"force", OPT_FORCE, "REASON", 0,
	 "Go on although the trace is incomplete, its command failed, the tree changed or was "
	 "untouched; repeatable",
	 0},
	{"dry-run", 'n', 0, 0, "Decide and report, write nothing", 0},
	{"json", OPT_JSON, 0, 0, "Report as JSON", 0},
	{"level", OPT_LEVEL, "1…12", 0, "Compression (7)", 0},
	{"jobs", 'j', "N", 0, "Threads (one for each core)", 0},
	{"quiet", 'q', 0, 0, "No report", 0},
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

static void parse_safety(struct prune_args *args, const char *value, struct argp_state *state)
{
	if (strcmp(value, "static") == 0)
		args->safety = SAFETY_STATIC;
	else if (strcmp(value, "trace") == 0)
		args->safety = SAFETY_TRACE;
	else if (strcmp(value, "all") == 0)
		args->safety = SAFETY_ALL;
	else
		argp_error(state, "--safety is 'all', 'static' or 'trace', not '%s'", value);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct prune_args *args = state->input;

	switch (key) {
	case 'k':
		input_add(&args->input.keep, &args->input.n_keep, value);
		break;
	case 'r':
		input_add(&args->input.roots, &args->input.n_roots, value);
		break;
	case 'o':
		args->output = value;
		break;
	case 'n':
		args->dry_run = true;
		break;
	case 'q':
		args->quiet = true;
		break;
	case 'j':
		args->jobs = (unsigned)number(value, 1, 1024, state, "jobs");
		break;
	case OPT_JSON:
		args->json = true;
		break;
	case OPT_SAFETY:
		parse_safety(args, value, state);
		break;
	case OPT_FORCE:
		if (!input_force(&args->input, value))
			argp_error(state,
				   "--force is incomplete, failed, changed or untouched, not '%s'",
				   value);
		break;
	case OPT_LEVEL:
		args->level =
			(int)number(value, DEFLATE_LEVEL_MIN, DEFLATE_LEVEL_MAX, state, "level");
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is not wanted here; a trace is given with --keep", value);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp prune_argp = {
	.options = options,
	.parser = parse,
	.doc = "Decides which files of a layer stay, and writes the layer."
	       "\v"
	       "Examples:\n"
	       "  importtrace prune --keep trace.json\n"
	       "  importtrace prune --keep a.json --keep b.json -o small/\n"
	       "  importtrace prune --keep trace.json --root build/site=python --dry-run\n"
	       "  importtrace prune --safety static --root build/site -o classic.zip\n\n"
	       "Exit codes: 0 done; 2 it could not be done, and nothing was written.",
};

/* --- the output ------------------------------------------------------------------------------- */

static char *member_name(const struct inventory_root *root, const struct entry *ent)
{
	return path_join(root->prefix, ent->path);
}

static uint32_t member_mode(const struct entry *ent)
{
	if (ent->type == ENTRY_LINK)
		return 0777;
	return ent->type == ENTRY_DIR || (ent->mode & 0111) ? 0755 : 0644;
}

static void add_member(struct members *m, const struct inventory_root *root,
		       const struct entry *ent)
{
	static const enum member_kind kinds[] = {
		[ENTRY_FILE] = MEMBER_FILE, [ENTRY_DIR] = MEMBER_DIR, [ENTRY_LINK] = MEMBER_LINK};
	struct member *one;

	if (ent->type == ENTRY_OTHER)
		return;
	one = members_add(m, member_name(root, ent), kinds[ent->type], member_mode(ent));
	if (ent->type == ENTRY_DIR)
		return;
	one->size = ent->size;
	if (ent->type == ENTRY_LINK) {
		one->data = xstrdup(ent->link_target);
		one->data_len = strlen(ent->link_target);
	} else {
		one->path = path_join(root->dir, ent->path);
	}
}

static void apply_rewrites(const struct plan *p, struct members *m)
{
	for (size_t k = 0; k < p->n_rewrites; k++) {
		const struct rewrite *w = &p->rewrites[k];
		const struct inventory_root *root = &p->inv->roots[w->root];
		CLEANUP_FREE char *name = member_name(root, &root->entries[w->entry]);
		struct member key = {.name = name}, *one;

		one = members_find(m, &key);
		if (!one)
			continue;
		one->data = xstrndup(w->text, w->len);
		one->data_len = one->size = w->len;
	}
}

static int make_members(const struct plan *p, struct members *m, struct error *e)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (plan_kept(p, r, i))
				add_member(m, &p->inv->roots[r], &p->inv->roots[r].entries[i]);
	members_sort(m);
	for (size_t i = 1; i < m->n; i++)
		if (strcmp(m->list[i - 1].name, m->list[i].name) == 0 &&
		    (m->list[i].kind != MEMBER_DIR || m->list[i - 1].kind != MEMBER_DIR))
			return error_set(
				e, EEXIST,
				"two roots both hold %s: give them different prefixes with "
				"--root DIR=PREFIX",
				m->list[i].name);
	members_unique(m);
	apply_rewrites(p, m);
	return 0;
}

static bool wants_directory(const char *output)
{
	size_t n = strlen(output);

	return n && output[n - 1] == '/';
}

/* A layer inside a root would become part of the next layer. */
static int check_output(const char *output, const struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *clean = path_clean(output);
	CLEANUP_FREE char *dir = path_dir(clean);
	CLEANUP_FREE char *resolved = realpath(dir[0] ? dir : ".", NULL);

	if (!resolved)
		return error_errno(e, errno, "cannot write %s: its directory", output);
	for (size_t r = 0; r < inv->n_roots; r++)
		if (path_below(resolved, inv->roots[r].dir))
			return error_set(e, EINVAL,
					 "cannot write %s: it lies inside the root %s; choose a "
					 "place outside with -o",
					 output, inv->roots[r].dir);
	return 0;
}

static int write_layer(const struct prune_args *args, const struct members *m, struct outfile *out,
		       uint64_t *zip_bytes, struct error *e)
{
	struct progress progress;
	struct zip_options opt = {
		.level = args->level, .jobs = args->jobs, .progress = {progress_update, &progress}};
	int r;

	progress_start(&progress, "writing");
	if (wants_directory(args->output))
		r = dir_write(m, args->output, &opt.progress, e);
	else
		r = zip_write(m, &opt, out, zip_bytes, e);
	progress_end(&progress);
	return r == 0 && out->fd >= 0 ? outfile_commit(out, e) : r;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void report(const struct prune_args *args, const struct plan *p, uint64_t zip_bytes)
{
	struct summary s;

	summary_make(p, &s);
	if (args->json)
		show_summary_json(&s, zip_bytes, stdout);
	else if (!args->quiet)
		show_summary(&s, zip_bytes, PACKAGES_SHOWN, stdout);
	summary_free(&s);
}

static int write_output(const struct prune_args *args, const struct plan *p, uint64_t *zip_bytes,
			struct error *e)
{
	CLEANUP_OUTFILE struct outfile out = OUTFILE_NONE;
	CLEANUP_MEMBERS struct members m = {0};
	int r = check_output(args->output, p->inv, e);

	/* Before the long work: an output that cannot be had is said at once. */
	if (r == 0 && !wants_directory(args->output))
		r = outfile_open(args->output, &out, e);
	if (r == 0)
		r = make_members(p, &m, e);
	return r == 0 ? write_layer(args, &m, &out, zip_bytes, e) : r;
}

static int prune(const struct prune_args *args, struct error *e)
{
	CLEANUP_INVENTORY struct inventory inv = {0};
	CLEANUP_PLAN struct plan p = {0};
	struct traces traces = {0};
	uint64_t zip_bytes = 0;
	int r;

	if (args->safety == SAFETY_TRACE && !args->input.n_keep)
		return error_set(e, EINVAL,
				 "no trace given: record one with 'importtrace record -- CMD' and "
				 "give it with --keep trace.json");
	if (args->safety != SAFETY_TRACE && !args->input.n_roots && !args->input.n_keep)
		return error_set(e, EINVAL, "this level needs the tree: --root DIR");
	r = input_load(&args->input, &traces, &inv, e);
	if (r == 0) {
		plan_make(traces.list, traces.n, &inv, args->safety, &p);
		if (!args->dry_run)
			r = write_output(args, &p, &zip_bytes, e);
		if (r == 0)
			report(args, &p, zip_bytes);
	}
	traces_free(&traces);
	return r;
}

static int prune_run(int argc, char **argv)
{
	struct prune_args args = {
		.output = "layer.zip", .safety = SAFETY_TRACE, .level = DEFLATE_LEVEL_DEFAULT};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&prune_argp, argc, argv, 0, EXIT_USAGE, &args);
	r = prune(&args, &e);
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
	.run = prune_run,
};
