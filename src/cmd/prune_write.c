#include "cmd/prune_write.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/zipout.h"
#include "view/show.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

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

void layer_add_member(struct members *m, const struct inventory_root *root, const struct entry *ent)
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
	one->mtime_ns = ent->mtime_ns;
	if (ent->type == ENTRY_LINK) {
		one->data = xstrdup(ent->link_target);
		one->data_len = strlen(ent->link_target);
	} else {
		member_source(one, root, ent);
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
		one->data = xmemdup(w->text, w->len);
		one->data_len = one->size = w->len;
	}
}

static int make_members(const struct plan *p, struct members *m, struct error *e)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (plan_kept(p, r, i))
				layer_add_member(m, &p->inv->roots[r],
						 &p->inv->roots[r].entries[i]);
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
	return members_check_parents(m, e);
}

/* --- what the layer holds in the end ---------------------------------------------------------- */

/* What was made: it goes with its source, x.py of __pycache__/x.TAG.pyc and of x.pyc. */
static void note_made(const struct plan *p, const struct member *m, struct shipped *ret)
{
	CLEANUP_FREE char *source = bytecode_source(m->name);
	size_t root, i;

	if (inventory_locate(p->inv, m->name, &root, &i))
		ret->entries[root][i].bytes = member_bytes(m);
	if (!source)
		source = xstrndup(m->name, strlen(m->name) - 1);
	if (inventory_locate(p->inv, source, &root, &i))
		shipped_add(ret, xstrdup(m->name), member_bytes(m), root, i);
}

static void note_entry(const struct plan *p, size_t r, size_t i, const struct members *m,
		       const struct record_log *log, bool *known, struct shipped *ret)
{
	const struct inventory_root *root = &p->inv->roots[r];
	CLEANUP_FREE char *name = member_name(root, &root->entries[i]);
	struct shipped_entry *s = &ret->entries[r][i];
	struct member key = {.name = name};
	const struct member *one = members_find(m, &key);

	if (one) {
		known[one - m->list] = true;
		s->bytes = member_bytes(one);
		return;
	}
	s->why = record_why_gone(log, name);
	if (!s->why)
		s->why = "neither file, directory nor link";
}

static void note_shipped(const struct plan *p, const struct members *m,
			 const struct record_log *log, struct shipped *ret)
{
	CLEANUP_FREE bool *known = xcalloc(m->n + 1, sizeof(*known));

	shipped_start(ret, p->inv);
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (plan_kept(p, r, i))
				note_entry(p, r, i, m, log, known, ret);
	for (size_t k = 0; k < m->n; k++)
		if (!known[k])
			note_made(p, &m->list[k], ret);
}

/* --- the whole -------------------------------------------------------------------------------- */

bool layer_is_directory(const char *output)
{
	size_t n = strlen(output);

	return n && output[n - 1] == '/';
}

int layer_check_output(const char *output, const struct inventory *inv, struct error *e)
{
	CLEANUP_FREE char *clean = path_clean(output);
	CLEANUP_FREE char *dir = path_dir(clean);
	CLEANUP_FREE char *resolved = realpath(dir[0] ? dir : ".", NULL);

	if (!resolved)
		return error_errno(e, errno, "cannot write %s: its directory", output);
	for (size_t r = 0; r < inv->n_roots; r++)
		if (!inv->roots[r].zip && path_below(resolved, inv->roots[r].dir))
			return error_set(e, EINVAL,
					 "cannot write %s: it lies inside the root %s; choose a "
					 "place outside with -o",
					 output, inv->roots[r].dir);
	return 0;
}

static int write_members(const struct layer_output *o, const struct members *m, struct layer *l,
			 struct error *e)
{
	struct progress progress;
	struct zip_options opt = {
		.level = o->level,
		.jobs = o->jobs,
		.progress = {progress_update, &progress},
		.early = o->early,
	};
	int r;

	progress_start(&progress, "writing");
	if (layer_is_directory(o->path))
		r = dirout_prepare(m, o->path, &opt.progress, &l->dir, e);
	else
		r = zip_write(m, &opt, &l->zip, &l->zip_bytes, e);
	progress_end(&progress);
	return r == 0 && l->zip.fd >= 0 ? outfile_prepare(&l->zip, e) : r;
}

int layer_prepare(const struct layer_output *o, const struct traces *traces, const struct plan *p,
		  struct layer *ret, struct error *e)
{
	CLEANUP_MEMBERS struct members m = {0};
	int r = 0;

	/* Before the long work: an output that cannot be had is said at once. */
	if (!layer_is_directory(o->path))
		r = outfile_open(o->path, &ret->zip, e);
	if (r == 0)
		r = make_members(p, &m, e);
	if (r == 0)
		r = content_apply(o->content, traces, p->inv, &m, e);
	if (r < 0)
		return r;
	note_shipped(p, &m, &o->content->log, &ret->shipped);
	return write_members(o, &m, ret, e);
}

int layer_survey(struct prune_content *c, const struct traces *traces, const struct plan *p,
		 struct shipped *ret, struct error *e)
{
	CLEANUP_MEMBERS struct members m = {0};
	int r = make_members(p, &m, e);

	if (r == 0)
		r = content_survey(c, traces, p->inv, &m, e);
	if (r == 0)
		note_shipped(p, &m, &c->log, ret);
	return r;
}

int layer_make(const struct layer_output *o, bool dry_run, const struct traces *traces,
	       struct plan *p, struct layer *ret, struct error *e)
{
	int r = dry_run ? layer_survey(o->content, traces, p, &ret->shipped, e)
			: layer_prepare(o, traces, p, ret, e);

	p->shipped = r == 0 ? &ret->shipped : NULL;
	return r;
}

int layer_survey_default(const struct traces *traces, const struct plan *p, struct shipped *ret,
			 struct error *e)
{
	struct prune_content c = {.bytecode = content_default_bytecode(p->safety)};
	int r = layer_survey(&c, traces, p, ret, e);

	content_free(&c);
	return r;
}

int layer_commit(struct layer *l, struct error *e)
{
	return l->dir.tmp ? dirout_commit(&l->dir, e) : outfile_place(&l->zip, e);
}

void layer_discard(struct layer *l)
{
	outfile_discard(&l->zip);
	dirout_discard(&l->dir);
	shipped_free(&l->shipped);
}
