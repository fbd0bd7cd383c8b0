/* pairs - source and bytecode belong together (PEP 3147), and a package is its __init__.py.
 *
 * With a valid pyc CPython opens only the pyc and stats the source; without the source a pyc in
 * __pycache__ cannot be imported, and a package silently becomes a namespace package. */
#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

#define CACHE "__pycache__/"

/* x.py → __pycache__/x.*.pyc */
static void keep_bytecode(struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const char *path = root->entries[i].path, *base = path_base(path);
	CLEANUP_FREE char *prefix = xasprintf("%.*s" CACHE "%.*s.", (int)(base - path), path,
					      (int)(strlen(base) - 3), base);
	size_t n = strlen(prefix);

	for (size_t k = inventory_lower_bound(root, prefix); k < root->n_entries; k++) {
		const char *other = root->entries[k].path;

		if (strncmp(other, prefix, n) != 0)
			return;
		if (path_ends(other, ".pyc") && !strchr(other + n, '/'))
			plan_keep(p, r, k, REASON_PAIR, r, i);
	}
}

char *bytecode_source(const char *path)
{
	const char *base = path_base(path);
	size_t dir = (size_t)(base - path), cache = strlen(CACHE);

	if (!path_ends(path, ".pyc") || dir < cache || memcmp(base - cache, CACHE, cache) != 0)
		return NULL;
	return xasprintf("%.*s%.*s.py", (int)(dir - cache), path, (int)strcspn(base, "."), base);
}

static void keep_source(struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	CLEANUP_FREE char *source = bytecode_source(root->entries[i].path);
	size_t at = source ? inventory_find(root, source) : INVENTORY_NONE;

	if (at != INVENTORY_NONE)
		plan_keep(p, r, at, REASON_PAIR, r, i);
}

/* The __init__.py (or its sourceless or native form) of every package above. */
static void keep_packages(struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const char *path = root->entries[i].path;

	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		static const char *const names[] = {"__init__.py", "__init__.pyc"};

		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			CLEANUP_FREE char *init =
				xasprintf("%.*s/%s", (int)(s - path), path, names[k]);
			size_t at = inventory_find(root, init);

			if (at != INVENTORY_NONE)
				plan_keep(p, r, at, REASON_PAIR, r, i);
		}
	}
}

void pass_pairs(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];

			if (ent->type == ENTRY_DIR || !plan_kept(p, r, i))
				continue;
			if (path_ends(ent->path, ".py"))
				keep_bytecode(p, r, i);
			else if (path_ends(ent->path, ".pyc"))
				keep_source(p, r, i);
			keep_packages(p, r, i);
		}
}
