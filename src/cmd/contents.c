#include "cmd/contents.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/path.h"
#include "layer/facts.h"
#include "layer/tree.h"
#include "layer/zipin.h"
#include "plan/tracemap.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* --- layers ----------------------------------------------------------------------------------- */

/* Faults that are findings; the others make a layer that cannot be checked. */
static const struct {
	enum zip_fault fault;
	enum check_id id;
} name_faults[] = {
	{ZIP_FAULT_ABSOLUTE, CHECK_ABSOLUTE_NAME}, {ZIP_FAULT_DOTDOT, CHECK_PARENT_NAME},
	{ZIP_FAULT_NAME, CHECK_BAD_NAME},          {ZIP_FAULT_LONG, CHECK_BAD_NAME},
	{ZIP_FAULT_TYPE, CHECK_BAD_NAME},          {ZIP_FAULT_TWICE, CHECK_DUPLICATE_NAME},
	{ZIP_FAULT_CASE, CHECK_NAME_CONFLICT},     {ZIP_FAULT_UNDER, CHECK_NAME_CONFLICT},
	{ZIP_FAULT_LINK, CHECK_LINK_OUTSIDE},
};

static void take_names(struct zip *z, struct contents *c)
{
	uint32_t drop = 0;
	size_t cap = 0;

	for (size_t i = 0; i < z->dir.n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(name_faults); k++) {
			if (!(z->dir.items[i].faults & 1u << name_faults[k].fault))
				continue;
			c->bad_names = array_grow(c->bad_names, c->n_bad_names, &cap,
						  sizeof(*c->bad_names));
			c->bad_names[c->n_bad_names++] =
				(struct bad_name){.id = name_faults[k].id,
						  .name = xstrdup(z->dir.items[i].name),
						  .text = zip_fault_texts[name_faults[k].fault]};
		}
	for (size_t k = 0; k < ARRAY_SIZE(name_faults); k++)
		if (name_faults[k].fault != ZIP_FAULT_CASE)
			drop |= 1u << name_faults[k].fault;
	zip_drop_faults(z, drop);
}

static int open_zip(const char *path, struct contents *ret, struct error *e)
{
	struct zip *z = zip_open_archive(path, e);

	if (!z)
		return -e->code;
	if (!z->dir.n) {
		zip_close_archive(z);
		return error_set(e, EINVAL, "%s is an empty archive: there is nothing to check",
				 path);
	}
	take_names(z, ret);
	return zip_tree_read(z, NULL, "", false, &ret->inv, e);
}

static int open_layer(const char *path, struct contents *ret, struct error *e)
{
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return error_set(e, errno,
				 "cannot find the layer %s: %s; give the path of a zip or a "
				 "directory, or make one with 'importtrace prune'",
				 path, strerror(errno));
	ret->kind = S_ISDIR(st.st_mode) ? CONTENTS_DIR : CONTENTS_ZIP;
	if (ret->kind == CONTENTS_ZIP)
		return open_zip(path, ret, e);
	r = tree_read(path, "", &ret->inv, e);
	if (r == 0 && !ret->inv.roots[0].n_entries)
		r = error_set(e, EINVAL, "%s is an empty directory: there is nothing to check",
			      path);
	return r;
}

static bool wants_all(const struct inventory_root *root, enum contents_depth depth)
{
	uint64_t sum = 0;

	for (size_t i = 0; depth == CONTENTS_USUAL && i < root->n_entries; i++)
		sum += root->entries[i].type == ENTRY_FILE ? root->entries[i].size : 0;
	return depth == CONTENTS_ALL || (depth == CONTENTS_USUAL && sum <= CONTENTS_ALL_MAX);
}

/* What does not wait for native files is done while they are read. */
static int survey(struct contents *c, const struct facts_options *opt, struct error *e)
{
	struct facts_job *job = facts_start(&c->inv, 0, opt);
	int r;

	inventory_index(&c->inv);
	plan_survey_names(&c->inv, &c->survey);
	r = facts_finish(job, &c->bytecodes, e);
	if (r == 0)
		plan_survey_natives(&c->survey);
	return r;
}

int contents_layer(const char *path, enum contents_depth depth, struct contents *ret,
		   struct error *e)
{
	struct facts_options opt = {.depth = depth == CONTENTS_SIZES ? FACTS_SIZES : FACTS_NEEDED};
	struct stat st;
	int r = open_layer(path, ret, e);

	if (r == 0)
		ret->all_read = wants_all(&ret->inv.roots[0], depth);
	if (ret->all_read)
		opt.depth = FACTS_ALL;
	if (r == 0)
		r = survey(ret, &opt, e);
	if (r < 0)
		return r;
	figures_make(&ret->survey, NULL, &ret->figures);
	if (ret->kind == CONTENTS_ZIP && stat(path, &st) == 0)
		ret->figures.archive_bytes = (uint64_t)st.st_size;
	return 0;
}

/* --- baselines and traces --------------------------------------------------------------------- */

int contents_baseline(const char *path, struct contents *ret, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	struct baseline b;
	int r = file_read(path, BASELINE_FILE_MAX, &text, e);

	if (r < 0)
		return r;
	r = baseline_parse(text.data, text.len, &b, e);
	if (r < 0)
		return error_add(e, "%s", path);
	ret->kind = CONTENTS_BASELINE;
	ret->figures = b.figures;
	ret->settings = b.settings;
	return 0;
}

/* By the first bytes: '{' is a trace, a baseline says so, all else must be a layer. */
int contents_any(const char *path, struct contents *ret, struct error *e)
{
	char head[32] = "";
	struct stat st;
	FILE *f;
	size_t n = 0;

	if (stat(path, &st) < 0)
		return error_errno(e, errno, "cannot find %s", path);
	f = S_ISREG(st.st_mode) ? fopen(path, "re") : NULL;
	if (f) {
		n = fread(head, 1, sizeof(head) - 1, f);
		fclose(f);
	}
	if (baseline_is(head, n) || strncmp(head, "<<<<<<<", 7) == 0)
		return contents_baseline(path, ret, e);
	if (head[0] != '{')
		return contents_layer(path, CONTENTS_SIZES, ret, e);
	ret->kind = CONTENTS_TRACE;
	ret->trace = xcalloc(1, sizeof(*ret->trace));
	return trace_read(path, ret->trace, e);
}

/* The directory of most traced files among those that Python installs packages to. */
static char *usual_tree(const struct trace *t)
{
	static const char *const names[] = {"/site-packages/", "/dist-packages/", "/python/"};
	CLEANUP_STRMAP struct strmap counts = {0};
	const char *best = NULL;
	size_t most = 0, len = 0;

	for (size_t i = 0; i < t->n_files; i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			const char *path = t->files[i].path, *at = strstr(path, names[k]);
			size_t n = at ? (size_t)(at - path) + strlen(names[k]) - 1 : 0;
			size_t *count = at ? strmap_add(&counts, path, n, 0, NULL) : NULL;

			if (count && ++*count > most) {
				most = *count;
				best = path;
				len = n;
			}
		}
	return best ? xstrndup(best, len) : xstrdup("/");
}

char *contents_root(const char *dir)
{
	CLEANUP_FREE char *cwd = NULL, *joined = NULL;
	char *resolved = realpath(dir[0] ? dir : ".", NULL);

	if (resolved)
		return resolved;
	cwd = getcwd(NULL, 0);
	joined = path_join(cwd ? cwd : "/", dir);
	return path_clean(joined);
}

struct filling {
	struct inventory_root *root;
	struct strmap dirs;
	size_t cap;
};

static struct entry *add_entry(struct filling *f, char *path, enum entry_type type)
{
	struct inventory_root *root = f->root;

	root->entries = array_grow(root->entries, root->n_entries, &f->cap, sizeof(*root->entries));
	root->entries[root->n_entries] = (struct entry){
		.path = path, .type = type, .mode = 0755, .zip_item = INVENTORY_NONE};
	return &root->entries[root->n_entries++];
}

static void add_parents(struct filling *f, const char *path)
{
	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		bool is_new;

		strmap_add(&f->dirs, path, (size_t)(s - path), 0, &is_new);
		if (is_new)
			add_entry(f, xstrndup(path, (size_t)(s - path)), ENTRY_DIR);
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static void fill(struct contents *c, const char *tree)
{
	struct filling f = {0};

	c->inv.roots = xcalloc(1, sizeof(*c->inv.roots));
	c->inv.n_roots = 1;
	f.root = c->inv.roots;
	f.root->dir = xstrdup(tree);
	f.root->prefix = xstrdup("");
	for (size_t i = 0; i < c->trace->n_files; i++) {
		const struct trace_file *t = &c->trace->files[i];
		const char *below = path_below(t->path, tree);

		if (!below || !below[0] || t->created || t->type != TRACE_TYPE_FILE)
			continue;
		add_parents(&f, below);
		add_entry(&f, xstrdup(below), ENTRY_FILE)->size = (uint64_t)t->size;
	}
	strmap_free(&f.dirs);
	if (f.root->n_entries)
		qsort(f.root->entries, f.root->n_entries, sizeof(*f.root->entries), by_path);
}

/* By what the other side holds; two traces of trees with nothing in common keep their own names. */
static int find_tree(const struct contents *c, const struct contents *other, char **ret,
		     struct error *e)
{
	CLEANUP_TRACEMAP struct tracemap m = {0};

	if (other->inv.n_roots && tracemap_make(c->trace, 1, &other->survey, NULL, 0, &m, e) == 0) {
		*ret = xstrdup(m.list[0].dir);
		return 0;
	}
	if (other->inv.n_roots && other->kind != CONTENTS_TRACE)
		return -e->code;
	error_clear(e);
	*ret = usual_tree(c->trace);
	return 0;
}

int contents_of_trace(struct contents *c, const struct contents *other, const char *tree,
		      struct error *e)
{
	bool layer = other->kind == CONTENTS_DIR || other->kind == CONTENTS_ZIP;
	CLEANUP_FREE char *dir = tree ? contents_root(tree) : NULL;

	if (!dir && find_tree(c, other, &dir, e) < 0)
		return -e->code;
	fill(c, dir);
	if (!c->inv.roots[0].n_entries)
		return error_set(e, EINVAL, "the trace touched no file below %s", dir);
	inventory_index(&c->inv);
	plan_survey(&c->inv, &c->survey);
	figures_make(&c->survey, layer ? &other->survey : NULL, &c->figures);
	c->figures.libraries_known = false;
	return 0;
}

/* --- sonames ---------------------------------------------------------------------------------- */

static const struct zip_item *zip_item_of(const struct contents *c, const struct library_figures *l)
{
	const struct inventory_root *root = c->kind == CONTENTS_ZIP ? &c->inv.roots[l->root] : NULL;

	return root ? &root->zip->dir.items[root->entries[l->entry].zip_item] : NULL;
}

/* A soname to be read. */
struct soname {
	const struct inventory_root *root;
	struct entry *ent;
	struct library_figures *library;
};

struct sonames {
	struct soname *list;
	size_t n, cap;
};

static void want_soname(struct sonames *s, struct contents *c, struct library_figures *l)
{
	struct inventory_root *root = &c->inv.roots[l->root];

	if (c->kind != CONTENTS_ZIP)
		return;
	s->list = array_grow(s->list, s->n, &s->cap, sizeof(*s->list));
	s->list[s->n++] = (struct soname){root, &root->entries[l->entry], l};
}

static void read_sonames(struct parallel *p, void *ctx)
{
	const struct soname *list = ctx;

	for (size_t i; parallel_next(p, &i);) {
		const struct soname *s = &list[i];
		CLEANUP_ERROR struct error e = {0};

		if (facts_native(s->root, s->ent, &e) < 0)
			parallel_fail(p, &e);
		free(s->library->soname);
		s->library->soname =
			xstrdup(s->ent->elf && s->ent->elf->soname ? s->ent->elf->soname : "");
	}
}

int contents_sonames(struct contents *a, struct contents *b, struct error *e)
{
	struct sonames wanted = {0};
	int r;

	for (size_t i = 0; i < a->figures.n_libraries; i++) {
		struct library_figures *one = &a->figures.libraries[i];
		struct library_figures *other = figures_library(&b->figures, one->path);
		const struct zip_item *x = zip_item_of(a, one);
		const struct zip_item *y = other ? zip_item_of(b, other) : NULL;

		if (!other || (x && y && x->crc == y->crc && x->size == y->size))
			continue;
		want_soname(&wanted, a, one);
		want_soname(&wanted, b, other);
	}
	r = parallel_run(wanted.n, 0, read_sonames, wanted.list, e);
	free(wanted.list);
	return r;
}

void contents_free(struct contents *c)
{
	for (size_t i = 0; i < c->n_bad_names; i++)
		free(c->bad_names[i].name);
	free(c->bad_names);
	free(c->bytecodes.list);
	figures_free(&c->figures);
	settings_free(&c->settings);
	plan_free(&c->survey);
	inventory_free(&c->inv);
	if (c->trace)
		trace_free(c->trace);
	free(c->trace);
	*c = (struct contents){0};
}
