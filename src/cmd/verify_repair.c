#include "cmd/verify_repair.h"

#include "base/files.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/prune_content.h"
#include "cmd/prune_write.h"
#include "layer/content.h"
#include "layer/deflate.h"
#include "layer/dirout.h"
#include "layer/zipout.h"
#include "plan/repair.h"
#include "view/show.h"
#include "view/why.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct writing {
	struct repair *r;
	const struct inventory *layer;
	struct plan plan;
	struct members old, added;
	struct prune_content content;
	struct strmap replaced; /* names whose content is new: RECORD files */
};

/* --- bytecode like the layer's ---------------------------------------------------------------- */

static enum bytecode_mode mode_of(const struct inventory *layer)
{
	const struct inventory_root *root = &layer->roots[0];
	bool cached = false, source = false, sourceless = false;

	for (size_t i = 0; i < root->n_entries; i++) {
		const char *path = root->entries[i].path;
		CLEANUP_FREE char *from = bytecode_source(path);

		cached |= from != NULL;
		sourceless |= !from && path_ends(path, ".pyc");
		source |= path_ends(path, ".py");
	}
	if (cached)
		return BYTECODE_FAST;
	return sourceless && !source ? BYTECODE_ONLY : BYTECODE_SOURCE;
}

/* --- members ---------------------------------------------------------------------------------- */

static bool is_added(const struct writing *w, size_t r, size_t i)
{
	return plan_kept(&w->plan, r, i) && !repair_present(w->r->original, w->layer, r, i);
}

static void add_members(struct writing *w)
{
	const struct inventory *inv = w->r->original;

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			if (is_added(w, r, i))
				layer_add_member(&w->added, &inv->roots[r],
						 &inv->roots[r].entries[i]);
	members_sort(&w->added);
	members_unique(&w->added);
}

/* Whether a file of the distribution that this RECORD belongs to is added. */
static bool concerns(const struct writing *w, const struct rewrite *rw)
{
	const struct plan *p = &w->plan;

	for (size_t k = 0; k < p->n_dists; k++) {
		const struct dist *d = &p->dists[k];

		if (d->root != rw->root || d->record != rw->entry)
			continue;
		for (size_t i = 0; i < d->n_files; i++)
			if (is_added(w, d->root, d->files[i]))
				return true;
	}
	return false;
}

/* The RECORD as the layer has it, with the lines of what is added. */
static int unite_record(const struct writing *w, const struct rewrite *rw, const char *name,
			struct buf *out, struct error *e)
{
	const struct inventory_root *layer = &w->layer->roots[0];
	size_t at = inventory_find(layer, name);
	CLEANUP_BUF struct buf now = {0};
	int r = 0;

	if (at != INVENTORY_NONE)
		r = content_read(layer, &layer->entries[at], CONTENT_TEXT_MAX, &now, e);
	if (r == 0)
		record_unite(now.data ? now.data : "", now.len, rw->text, rw->len, out);
	return r;
}

static int add_records(struct writing *w, struct error *e)
{
	int r = 0;

	for (size_t k = 0; r == 0 && k < w->plan.n_rewrites; k++) {
		const struct rewrite *rw = &w->plan.rewrites[k];
		const struct inventory_root *root = &w->r->original->roots[rw->root];
		CLEANUP_FREE char *name = path_join(root->prefix, root->entries[rw->entry].path);
		struct member key = {.name = name}, *one = members_find(&w->added, &key);
		CLEANUP_BUF struct buf text = {0};

		if (!one && !concerns(w, rw))
			continue;
		r = unite_record(w, rw, name, &text, e);
		if (!one)
			one = members_add(&w->added, xstrdup(name), MEMBER_FILE, 0644);
		free(one->data);
		one->data_len = one->size = text.len;
		one->data = buf_take(&text);
		members_sort(&w->added);
		strmap_add(&w->replaced, name, strlen(name), 0, NULL);
	}
	return r;
}

/* A directory of an archive that only follows from the names of what is in it. */
static bool is_implied(const struct inventory_root *root, const struct entry *ent)
{
	return root->zip && ent->type == ENTRY_DIR && ent->zip_item == INVENTORY_NONE;
}

/* The layer's own members, but for those that are replaced. */
static void add_old(struct writing *w)
{
	const struct inventory_root *root = &w->layer->roots[0];

	for (size_t i = 0; i < root->n_entries; i++) {
		const struct entry *ent = &root->entries[i];

		if (!strmap_find(&w->replaced, ent->path, strlen(ent->path)) &&
		    !is_implied(root, ent))
			layer_add_member(&w->old, root, ent);
	}
}

static int make_added(struct writing *w, struct error *e)
{
	int r;

	add_members(w);
	r = add_records(w, e);
	return r == 0 ? content_apply(&w->content, w->r->traces, w->r->original, &w->added, e) : r;
}

static int make_members(struct writing *w, struct error *e)
{
	add_old(w);
	for (size_t i = 0; i < w->added.n; i++)
		members_move(&w->old, &w->added.list[i]);
	w->added.n = 0;
	members_sort(&w->old);
	members_unique(&w->old);
	return members_check_parents(&w->old, e);
}

/* --- writing ---------------------------------------------------------------------------------- */

static int write_zip(const struct members *m, const char *path, struct error *e)
{
	CLEANUP_OUTFILE struct outfile out = OUTFILE_NONE;
	struct progress progress;
	struct zip_options opt = {.level = DEFLATE_LEVEL_DEFAULT,
				  .progress = {progress_update, &progress}};
	uint64_t bytes;
	struct stat st;
	bool replaces = stat(path, &st) == 0;
	int r = outfile_open(path, &out, e);

	progress_start(&progress, "writing");
	if (r == 0)
		r = zip_write(m, &opt, &out, &bytes, e);
	progress_end(&progress);
	/* Under sudo too, a layer stays its owner's. */
	if (r == 0 && replaces && geteuid() == 0 && fchown(out.fd, st.st_uid, st.st_gid) < 0)
		r = error_errno(e, errno, "cannot give %s its owner", path);
	if (r == 0 && replaces && fchmod(out.fd, st.st_mode & 07777) < 0)
		r = error_errno(e, errno, "cannot give %s its mode", path);
	return r == 0 ? outfile_commit(&out, e) : r;
}

/* Over what the round before wrote there, and what most members are read from. */
static int replace_dir(const struct members *m, const char *output, struct error *e)
{
	CLEANUP_FREE char *clean = path_clean(output);
	CLEANUP_FREE char *next = file_temp_name(clean);
	const struct layer_progress none = {0};
	int r = dir_write(m, next, &none, e);

	if (r < 0)
		return r;
	remove_tree(clean);
	if (rename(next, clean) < 0) {
		r = error_errno(e, errno, "cannot rename %s to %s", next, clean);
		remove_tree(next);
	}
	return r;
}

static int write_layer(const struct repair *r, const struct members *m, struct error *e)
{
	const struct layer_progress none = {0};

	if (layer_is_directory(r->output))
		return r->rounds ? replace_dir(m, r->output, e) : dir_write(m, r->output, &none, e);
	return write_zip(m, r->output, e);
}

/* --- the lists -------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct verify_addition *)a)->name,
		      ((const struct verify_addition *)b)->name);
}

/* What bytecode of the layer was compiled from: x.py of __pycache__/x.TAG.pyc and of x.pyc. */
static void add_compiled(const struct inventory *inv, const char *name, struct buf *out)
{
	CLEANUP_FREE char *source = bytecode_source(name);
	size_t root, i;

	if (!source)
		source = xstrndup(name, strlen(name) - 1);
	buf_addf(out, "compiled from %s",
		 inventory_locate(inv, source, &root, &i) ? inv->roots[root].entries[i].path
							  : source);
}

/* Bytecode that was compiled for it has no entry of its own. */
static void note_addition(struct writing *w, const struct member *m)
{
	struct repair *r = w->r;
	struct buf name = {0}, why = {0};
	size_t root, i;
	bool known = inventory_locate(r->original, m->name, &root, &i);
	const struct cause *c =
		known ? plan_cause(&w->plan, root, i, (enum reason)w->plan.decisions[root][i].main)
		      : NULL;

	if (c) {
		why_name(c, &name);
		why_kept(&w->plan, root, i, c, &why);
	} else {
		buf_addstr(&name, reason_names[REASON_PAIR]);
		add_compiled(r->original, m->name, &why);
	}
	r->additions = xreallocarray(r->additions, r->n_additions + 1, sizeof(*r->additions));
	r->additions[r->n_additions++] =
		(struct verify_addition){.name = xstrdup(m->name),
					 .reason = buf_take(&name),
					 .why = buf_take(&why),
					 .bytes = m->kind == MEMBER_DIR ? 0 : m->size};
}

/* Before the members are moved. Returns how many are new. */
static size_t note_additions(struct writing *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->added.n; i++)
		if (inventory_find(&w->layer->roots[0], w->added.list[i].name) == INVENTORY_NONE) {
			note_addition(w, &w->added.list[i]);
			n++;
		}
	if (w->r->n_additions)
		qsort(w->r->additions, w->r->n_additions, sizeof(*w->r->additions), by_name);
	return n;
}

int repair_write(struct repair *r, const struct inventory *layer, const struct missed_list *missed,
		 char *const *texts, size_t *added, struct error *e)
{
	struct writing w = {.r = r, .layer = layer};
	int ret;

	repair_plan(r->original, layer, missed, texts, &w.plan);
	w.content.bytecode = mode_of(layer);
	ret = make_added(&w, e);
	*added = ret == 0 ? note_additions(&w) : 0;
	if (*added) {
		ret = make_members(&w, e);
		if (ret == 0)
			ret = write_layer(r, &w.old, e);
		r->rounds++;
	}
	content_free(&w.content);
	members_free(&w.old);
	members_free(&w.added);
	strmap_free(&w.replaced);
	plan_free(&w.plan);
	return ret;
}

void repair_free(struct repair *r)
{
	for (size_t i = 0; i < r->n_additions; i++) {
		free(r->additions[i].name);
		free(r->additions[i].reason);
		free(r->additions[i].why);
	}
	free(r->additions);
	*r = (struct repair){0};
}
