/* A zip as a root of the inventory (zip_tree_read of layer/zipin.h). */
#include "layer/zipin.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "layer/content.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* Of directories that only follow from names: a hostile archive has them by the million. */
#define IMPLIED_MAX ((size_t)64 << 20)

struct fill {
	struct zip *zip;
	struct inventory_root *root;
	size_t cap;
	struct strmap known; /* directories that are entries already */
	size_t implied;      /* bytes of names */
	struct error *e;
};

/* Takes the path. */
static struct entry *add_entry(struct fill *f, char *path, enum entry_type type)
{
	struct inventory_root *root = f->root;

	root->entries = array_grow(root->entries, root->n_entries, &f->cap, sizeof(*root->entries));
	root->entries[root->n_entries] =
		(struct entry){.path = path, .type = type, .zip_item = INVENTORY_NONE};
	return &root->entries[root->n_entries++];
}

static int add_parents(struct fill *f, const char *path)
{
	for (const char *p = strrchr(path, '/'); p; p = memrchr(path, '/', (size_t)(p - path))) {
		size_t len = (size_t)(p - path);
		bool is_new;

		strmap_add(&f->known, path, len, 0, &is_new);
		if (!is_new)
			return 0;
		f->implied += len + sizeof(struct entry);
		if (f->implied > IMPLIED_MAX)
			return error_set(f->e, EFBIG, "%s: its names imply too many directories",
					 f->zip->name);
		add_entry(f, xstrndup(path, len), ENTRY_DIR)->mode = 0755;
	}
	return 0;
}

static void add_item(struct fill *f, size_t i)
{
	struct zip_item *item = &f->zip->dir.items[i];
	struct entry *ent = add_entry(f, xstrdup(item->path), item->type);

	ent->mode = item->mode;
	ent->size = item->size;
	ent->packed = item->packed;
	ent->mtime_ns = item->mtime * INT64_C(1000000000);
	ent->zip_item = i;
	if (item->link_target)
		ent->link_target = xstrdup(item->link_target);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

/* Explicit directories first, so that only the missing ones are implied. */
static int add_items(struct fill *f)
{
	const struct zip_directory *d = &f->zip->dir;
	int r = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].type == ENTRY_DIR && d->items[i].path[0]) {
			strmap_add(&f->known, d->items[i].path, strlen(d->items[i].path), 0, NULL);
			add_item(f, i);
		}
	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].type != ENTRY_DIR)
			add_item(f, i);
	for (size_t i = 0; r == 0 && i < d->n; i++)
		r = add_parents(f, d->items[i].path);
	if (f->root->n_entries)
		qsort(f->root->entries, f->root->n_entries, sizeof(*f->root->entries), by_path);
	return r;
}

int zip_tree_read(struct zip *z, const char *dir, const char *prefix, bool facts,
		  struct inventory *inv, struct error *e)
{
	struct fill f = {.zip = z, .e = e};
	int r;

	inv->roots = xreallocarray(inv->roots, inv->n_roots + 1, sizeof(*inv->roots));
	f.root = &inv->roots[inv->n_roots++];
	*f.root = (struct inventory_root){.dir = dir ? xstrdup(dir) : realpath(z->name, NULL),
					  .prefix = xstrdup(prefix),
					  .zip = z,
					  .zip_free = zip_close_archive};
	if (!f.root->dir)
		f.root->dir = xstrdup(z->name);
	r = zip_refuse_faults(z, e);
	if (r == 0)
		r = add_items(&f);
	strmap_free(&f.known);
	for (size_t i = 0; facts && r == 0 && i < f.root->n_entries; i++)
		r = content_facts(f.root, &f.root->entries[i], e);
	return r;
}
