#include "plan/inventory.h"

#include "base/mem.h"
#include "plan/scan.h"
#include "base/nearest.h"
#include "base/path.h"

#include <string.h>

/* Where the path is, or the free slot where it would be; there is always one. */
static size_t slot_of(const struct inventory_root *root, const char *path)
{
	size_t at = strmap_hash(path, strlen(path)) & (root->n_slots - 1);

	while (root->slots[at] && strcmp(root->entries[root->slots[at] - 1].path, path) != 0)
		at = (at + 1) & (root->n_slots - 1);
	return at;
}

/* No copies of the paths and nothing allocated for each: of 100,000 files this is 1 MB. */
static void index_root(struct inventory_root *root)
{
	size_t n = 16;

	while (n < root->n_entries * 2)
		n *= 2;
	free(root->slots);
	root->slots = xcalloc(n, sizeof(*root->slots));
	root->n_slots = n;
	for (size_t i = 0; i < root->n_entries; i++) {
		size_t at = slot_of(root, root->entries[i].path);

		if (!root->slots[at])
			root->slots[at] = (uint32_t)i + 1;
	}
}

size_t inventory_find(const struct inventory_root *root, const char *path)
{
	size_t at = root->n_slots ? slot_of(root, path) : 0;

	return root->n_slots && root->slots[at] ? root->slots[at] - 1 : INVENTORY_NONE;
}

static bool is_name_of(const struct inventory_root *root, const char *name, size_t *i)
{
	const char *below = root->prefix[0] ? path_below(name, root->prefix) : name;

	*i = below && below[0] ? inventory_find(root, below) : INVENTORY_NONE;
	return *i != INVENTORY_NONE;
}

bool inventory_locate(const struct inventory *inv, const char *name, size_t *root, size_t *i)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		if (is_name_of(&inv->roots[r], name, i)) {
			*root = r;
			return true;
		}
	return false;
}

bool inventory_covers(const struct inventory *inv, const char *path)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		if (path_below(path, inv->roots[r].dir))
			return true;
	return false;
}

size_t inventory_lower_bound(const struct inventory_root *root, const char *prefix)
{
	size_t low = 0, high = root->n_entries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(root->entries[mid].path, prefix) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void inventory_index(struct inventory *inv)
{
	for (size_t r = 0; r < inv->n_roots; r++)
		index_root(&inv->roots[r]);
}

void elf_facts_free(struct elf_facts *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_needed; i++)
		free(f->needed[i]);
	for (size_t i = 0; i < f->n_search; i++)
		free(f->search[i]);
	free(f->needed);
	free(f->search);
	free(f->soname);
	free(f);
}

static void entry_free(struct entry *e)
{
	free(e->path);
	free(e->link_target);
	free(e->text);
	elf_facts_free(e->elf);
	if (e->facts)
		facts_free(e->facts);
	free(e->facts);
}

/* --- the path that was meant ------------------------------------------------------------------ */

static const char *similar_path(const struct inventory *inv, const char *path)
{
	const char *found = NULL;
	size_t best = strlen(path) / 4 + 2;

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries && best; i++) {
			const char *other = inv->roots[r].entries[i].path;
			size_t d = edit_distance(path, other, best - 1);

			if (d < best) {
				best = d;
				found = other;
			}
		}
	return found;
}

static const char *same_name(const struct inventory *inv, const char *path)
{
	const char *name = path_base(path);

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			if (strcmp(path_base(inv->roots[r].entries[i].path), name) == 0)
				return inv->roots[r].entries[i].path;
	return NULL;
}

static const char *deepest_above(const struct inventory *inv, const char *path)
{
	CLEANUP_FREE char *dir = path_dir(path);

	while (dir[0] && strcmp(dir, "/") != 0) {
		char *above;

		for (size_t r = 0; r < inv->n_roots; r++) {
			size_t at = inventory_find(&inv->roots[r], dir);

			if (at != INVENTORY_NONE)
				return inv->roots[r].entries[at].path;
		}
		above = path_dir(dir);
		free(dir);
		dir = above;
	}
	return NULL;
}

const char *inventory_nearest(const struct inventory *inv, const char *path)
{
	const char *found = similar_path(inv, path);

	if (!found)
		found = same_name(inv, path);
	return found ? found : deepest_above(inv, path);
}

void inventory_free(struct inventory *inv)
{
	for (size_t r = 0; r < inv->n_roots; r++) {
		struct inventory_root *root = &inv->roots[r];

		for (size_t i = 0; i < root->n_entries; i++)
			entry_free(&root->entries[i]);
		free(root->entries);
		free(root->dir);
		free(root->prefix);
		free(root->slots);
		if (root->zip)
			root->zip_free(root->zip);
	}
	free(inv->roots);
	*inv = (struct inventory){0};
}
