/* check_python - packages without their __init__, and bytecode that Python will not use (PEP 420,
 * PEP 552, PEP 3147). */
#include "plan/check.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

#define CACHE "__pycache__/"

/* --- __init__ --------------------------------------------------------------------------------- */

/* A directory with Python sources. */
struct package_dir {
	size_t root, source; /* the first source, or NONE */
	bool init;           /* __init__ in whatever form */
	bool cached_init;    /* only its bytecode in __pycache__ */
};

/* Of one root; files of one directory mostly come together. */
struct package_dirs {
	struct strmap names;
	struct package_dir *list;
	size_t n, cap, last_len, last_at;
	const char *last; /* the path that was asked for last */
};

static struct package_dir *dir_of(struct package_dirs *d, size_t root, const char *path, size_t len)
{
	bool is_new;
	size_t at;

	if (d->last && d->last_len == len && memcmp(d->last, path, len) == 0)
		return &d->list[d->last_at];
	at = *strmap_add(&d->names, path, len, d->n, &is_new);
	d->last = path;
	d->last_len = len;
	d->last_at = at;
	if (is_new) {
		d->list = array_grow(d->list, d->n, &d->cap, sizeof(*d->list));
		d->list[d->n++] = (struct package_dir){.root = root, .source = INVENTORY_NONE};
	}
	return &d->list[at];
}

static void look_at(struct package_dirs *d, size_t root, size_t i, const char *path)
{
	const char *base = path_base(path);
	size_t len = (size_t)(base - path), cache = strlen(CACHE);
	struct package_dir *one;

	if (path_ends(path, ".py")) {
		one = dir_of(d, root, path, len);
		if (strcmp(base, "__init__.py") == 0)
			one->init = true;
		else if (one->source == INVENTORY_NONE)
			one->source = i;
	} else if (strncmp(base, "__init__.", 9) == 0) {
		if (len >= cache && memcmp(base - cache, CACHE, cache) == 0)
			dir_of(d, root, path, len - cache)->cached_init = true;
		else if (path_ends(base, ".so") || strcmp(base, "__init__.pyc") == 0)
			dir_of(d, root, path, len)->init = true;
	}
}

/* Whether the RECORD of the entry's distribution has this path: 1, 0, or -1 without a RECORD. */
static int recorded(const struct plan *p, size_t root, size_t i, const char *path)
{
	size_t owner = p->owner[root][i];
	const struct dist *d = owner == INVENTORY_NONE ? NULL : &p->dists[owner];
	const struct entry *record =
		d && d->record != INVENTORY_NONE ? &p->inv->roots[root].entries[d->record] : NULL;
	const char *below = d ? d->base[0] ? path_below(path, d->base) : path : NULL;
	CLEANUP_FREE char *line = below ? xasprintf("%s,", below) : NULL;
	const char *at;

	if (!record || !record->text || !line)
		return -1;
	at = record->text;
	while ((at = memmem(at, (size_t)(record->text + record->text_len - at), line,
			    strlen(line)))) {
		if (at == record->text || at[-1] == '\n')
			return 1;
		at++;
	}
	return 0;
}

static bool is_identifier(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
		      (unsigned char)s[i] >= 0x80 || (i && s[i] >= '0' && s[i] <= '9')))
			return false;
	return n > 0;
}

/* Whether `dir` (with its final '/', below the site directory) can be imported as a package. */
static bool importable_dir(const char *dir, size_t len)
{
	static const char *const others[] = {"bin/", "share/", "include/", "lib/", "etc/"};

	for (size_t k = 0; k < ARRAY_SIZE(others); k++)
		if (strncmp(dir, others[k], strlen(others[k])) == 0)
			return false;
	for (const char *s = dir; s < dir + len; s = strchr(s, '/') + 1)
		if (!is_identifier(s, (size_t)(strchr(s, '/') - s)))
			return false;
	return true;
}

static void judge_dir(struct check *c, const struct package_dir *d)
{
	const struct plan *p = c->in->survey;
	const char *path, *base;
	CLEANUP_FREE char *init = NULL;
	size_t site;
	int record;

	if (d->init || d->source == INVENTORY_NONE)
		return;
	path = p->inv->roots[d->root].entries[d->source].path;
	base = path_base(path);
	site = site_length(p, d->root, path);
	if (path + site >= base || !importable_dir(path + site, (size_t)(base - path) - site))
		return;
	init = xasprintf("%.*s__init__.py", (int)(base - path), path);
	record = recorded(p, d->root, d->source, init);
	/* Shipped without one by its own list of files: a namespace package (PEP 420). */
	if (!d->cached_init && record == 0)
		return;
	findings_add(c->found, CHECK_INIT_MISSING, init, NULL, "%s is not there, but %s is%s.",
		     init, path,
		     d->cached_init ? ", and so is its bytecode"
		     : record == 1  ? ", and RECORD lists it"
				    : "");
}

void check_inits(struct check *c)
{
	const struct inventory *inv = c->in->survey->inv;

	for (size_t r = 0; r < inv->n_roots; r++) {
		struct package_dirs d = {0};

		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			if (inv->roots[r].entries[i].type != ENTRY_DIR)
				look_at(&d, r, i, inv->roots[r].entries[i].path);
		for (size_t k = 0; k < d.n; k++)
			judge_dir(c, &d.list[k]);
		free(d.list);
		strmap_free(&d.names);
	}
}

/* --- bytecode --------------------------------------------------------------------------------- */

/* When a zip is unpacked, times are lost or become those of the unpacking. */
static bool is_stale(const struct check *c, const struct bytecode *b, const struct entry *source)
{
	uint32_t mtime = (uint32_t)(source->mtime_ns / INT64_C(1000000000));

	if (b->state == BYTECODE_TIMED)
		return c->in->archive || b->mtime != mtime || b->size != (uint32_t)source->size;
	return b->state == BYTECODE_DAMAGED;
}

struct bytecode_groups {
	struct file_groups stale, orphan, other;
};

static void judge_bytecode(struct check *c, const struct bytecode *b, struct bytecode_groups *g)
{
	const struct inventory_root *root = &c->in->survey->inv->roots[b->root];
	CLEANUP_FREE char *source = bytecode_source(root->entries[b->entry].path);
	size_t at = source ? inventory_find(root, source) : INVENTORY_NONE;

	/* Beside its source's place, not in __pycache__: used as it is, without a source. */
	if (!source)
		return;
	if (at == INVENTORY_NONE)
		group_entry(&g->orphan, c, b->root, b->entry);
	else if (b->state == BYTECODE_OTHER)
		group_entry(&g->other, c, b->root, b->entry);
	else if (is_stale(c, b, &root->entries[at]))
		group_entry(&g->stale, c, b->root, b->entry);
}

void check_bytecode(struct check *c)
{
	struct bytecode_groups g = {0};

	for (size_t k = 0; k < c->in->bytecodes->n; k++)
		judge_bytecode(c, &c->in->bytecodes->list[k], &g);
	for (size_t k = 0; k < g.stale.n; k++)
		group_report(&g.stale.list[k], c->found, CHECK_STALE_BYTECODE,
			     c->in->archive ? "goes by its source's time, which unpacking changes"
					    : "does not fit its source's time and size",
			     c->in->archive ? "go by their sources' times, which unpacking changes"
					    : "do not fit their sources' times and sizes");
	for (size_t k = 0; k < g.orphan.n; k++)
		group_report(&g.orphan.list[k], c->found, CHECK_SOURCE_MISSING,
			     "is bytecode without its source",
			     "are bytecode without their sources");
	for (size_t k = 0; k < g.other.n; k++)
		group_report(&g.other.list[k], c->found, CHECK_WRONG_BYTECODE,
			     "was compiled from another source than the one beside it",
			     "were compiled from other sources than those beside them");
	groups_free(&g.stale);
	groups_free(&g.orphan);
	groups_free(&g.other);
}
