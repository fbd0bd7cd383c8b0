/* pairs - source and bytecode belong together (PEP 3147), and a package is its __init__.py.
 *
 * With a valid pyc CPython opens only the pyc and stats the source; without the source a pyc in
 * __pycache__ cannot be imported, and a package silently becomes a namespace package. */
#include "plan/plan.h"

#include "base/buf.h"
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

/* The __init__.py (or its sourceless form) of the package in the first `len` bytes of a path;
 * whether it is kept now. */
static bool keep_init(struct plan *p, size_t r, size_t i, size_t len)
{
	static const char *const names[] = {"__init__.py", "__init__.pyc"};
	const struct inventory_root *root = &p->inv->roots[r];
	CLEANUP_BUF struct buf init = {0};
	bool kept = false;

	for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
		size_t at;

		buf_truncate(&init, 0);
		buf_add(&init, root->entries[i].path, len);
		buf_addstr(&init, names[k]);
		at = inventory_find(root, init.data);
		if (at == INVENTORY_NONE || at == i)
			continue;
		plan_keep(p, r, at, REASON_PAIR, r, i);
		kept |= plan_kept(p, r, at);
	}
	return kept;
}

/* Of every package above: each keeps the next one, when it has its turn. */
static void keep_packages(struct plan *p, size_t r, size_t i)
{
	const char *path = p->inv->roots[r].entries[i].path;

	for (size_t len = strlen(path); len; len--)
		if (path[len - 1] == '/' && keep_init(p, r, i, len))
			return;
}

static void keep_pairs(struct plan *p, size_t r, size_t i)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];

	if (ent->type == ENTRY_DIR)
		return;
	if (path_ends(ent->path, ".py"))
		keep_bytecode(p, r, i);
	else if (path_ends(ent->path, ".pyc"))
		keep_source(p, r, i);
	keep_packages(p, r, i);
}

static int by_number(const void *a, const void *b)
{
	const size_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* What is new since the last time, in the order of the tree: which of several files is the cause
 * must not depend on the order of the traces. */
void pass_pairs(struct plan *p)
{
	size_t n = p->n_fresh - p->paired, roots = p->inv->n_roots;
	CLEANUP_FREE size_t *fresh = xreallocarray(NULL, n + 1, sizeof(*fresh));

	if (!n)
		return;
	memcpy(fresh, p->fresh + p->paired, n * sizeof(*fresh));
	p->paired = p->n_fresh;
	qsort(fresh, n, sizeof(*fresh), by_number);
	for (size_t k = 0; k < n; k++)
		keep_pairs(p, fresh[k] % roots, fresh[k] / roots);
}
