#include "plan/inventory.h"

#include "base/mem.h"

#include <string.h>

size_t inventory_find(const struct inventory_root *root, const char *path)
{
	const size_t *at = strmap_find(&root->index, path, strlen(path));

	return at ? *at : INVENTORY_NONE;
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
	for (size_t r = 0; r < inv->n_roots; r++) {
		struct inventory_root *root = &inv->roots[r];

		for (size_t i = 0; i < root->n_entries; i++)
			strmap_add(&root->index, root->entries[i].path,
				   strlen(root->entries[i].path), i, NULL);
	}
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
		strmap_free(&root->index);
	}
	free(inv->roots);
	*inv = (struct inventory){0};
}
