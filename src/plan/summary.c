#include "plan/summary.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"

#include <string.h>

void amount_add_bytes(struct amount *a, uint64_t bytes)
{
	a->files++;
	a->bytes += bytes;
}

void amount_add(struct amount *a, const struct entry *ent)
{
	amount_add_bytes(a, ent->size);
	a->zipped += ent->packed;
}

/* Where Python looks in a Lambda layer, for a tree that has no metadata left. */
static size_t lambda_site(const char *path)
{
	const char *below = path_below(path, "python"), *end;

	if (!below || !below[0])
		return 0;
	if (strncmp(below, "lib/python3.", 12) != 0 || !(end = strstr(below, "/site-packages/")))
		return (size_t)(below - path);
	return (size_t)(end + strlen("/site-packages/") - path);
}

size_t site_length(const struct plan *p, size_t root, const char *path)
{
	size_t best = 0;
	bool found = false;

	for (size_t k = 0; k < p->n_dists; k++) {
		/* One look for all distributions of one directory. */
		const char *below = p->dists[k].beside || p->dists[k].root != root ? NULL
				    : p->dists[k].base[0] ? path_below(path, p->dists[k].base)
							  : path;

		if (!below || !below[0])
			continue;
		found = true;
		if ((size_t)(below - path) > best)
			best = (size_t)(below - path);
	}
	return found ? best : lambda_site(path);
}

/* An owner that RECORD does not name: of a file in a *.dist-info directory, and of bytecode that was
 * compiled after the installation, which goes with its source. */
static size_t implied_owner(const struct plan *p, size_t root, size_t i)
{
	const char *path = p->inv->roots[root].entries[i].path;
	CLEANUP_FREE char *source = bytecode_source(path);
	size_t at;

	for (size_t k = 0; strstr(path, "-info") && k < p->n_dists; k++)
		if (p->dists[k].root == root && path_below(path, p->dists[k].dir))
			return k;
	at = source ? inventory_find(&p->inv->roots[root], source) : INVENTORY_NONE;
	return at == INVENTORY_NONE ? INVENTORY_NONE : p->owner[root][at];
}

struct package_name package_of(const struct plan *p, size_t root, size_t i)
{
	size_t owner = p->owner[root][i];
	const char *path = p->inv->roots[root].entries[i].path;

	if (owner == INVENTORY_NONE)
		owner = implied_owner(p, root, i);
	if (owner != INVENTORY_NONE)
		return (struct package_name){.name = p->dists[owner].name,
					     .version = p->dists[owner].version,
					     .len = strlen(p->dists[owner].name),
					     .is_dist = true};
	path += site_length(p, root, path);
	return (struct package_name){.name = path, .version = "", .len = strcspn(path, "/")};
}

/* Groups being collected: what a name's index is, beside the list itself. */
struct groups {
	struct strmap names;
	struct group_amount **list;
	size_t *n, cap;
};

static struct group_amount *group_of(struct groups *g, const char *name, size_t len,
				     const char *version)
{
	bool is_new;
	size_t at = *strmap_add(&g->names, name, len, *g->n, &is_new);

	if (is_new) {
		*g->list = array_grow(*g->list, *g->n, &g->cap, sizeof(**g->list));
		(*g->list)[(*g->n)++] = (struct group_amount){.name = xstrndup(name, len),
							      .version = xstrdup(version)};
	}
	return &(*g->list)[at];
}

static void add_group(const struct plan *p, struct group_amount *g, size_t r, size_t i)
{
	amount_add(&g->all, &p->inv->roots[r].entries[i]);
	if (plan_ships(p, r, i))
		amount_add_bytes(&g->kept, plan_bytes(p, r, i));
}

char *summary_package(const struct plan *p, size_t root, size_t i)
{
	struct package_name n = package_of(p, root, i);

	return xstrndup(n.name, n.len);
}

static void add_package(const struct plan *p, struct groups *g, size_t r, size_t i)
{
	struct package_name n = package_of(p, r, i);

	add_group(p, group_of(g, n.name, n.len, n.version), r, i);
}

/* "libz.so.1.2": digits and dots behind ".so" are a version. */
static const char *versioned_library(const char *base)
{
	const char *s = strstr(base, ".so.");

	return s && strspn(s + 4, "0123456789.") == strlen(s + 4) ? s : NULL;
}

char *file_type(const char *path)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');
	char *type;

	if (versioned_library(base))
		return xstrdup(".so");
	if (!dot || dot == base || !dot[1])
		return xstrdup("(none)");
	type = xstrdup(dot);
	for (char *c = type; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	return type;
}

static void add_type(const struct plan *p, struct groups *g, size_t r, size_t i)
{
	CLEANUP_FREE char *type = file_type(p->inv->roots[r].entries[i].path);

	add_group(p, group_of(g, type, strlen(type), ""), r, i);
}

static void add_entry(const struct plan *p, struct summary *s, size_t r, size_t i)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];
	const struct decision *d = &p->decisions[r][i];
	bool bytecode = path_ends(ent->path, ".pyc");

	amount_add(&s->all, ent);
	if (bytecode)
		amount_add(&s->all_bytecode, ent);
	if (!plan_ships(p, r, i)) {
		amount_add(&s->by_category[plan_category(p, r, i)], ent);
		return;
	}
	amount_add_bytes(&s->kept, plan_bytes(p, r, i));
	amount_add_bytes(&s->by_reason[d->main], plan_bytes(p, r, i));
	if (bytecode)
		amount_add_bytes(&s->kept_bytecode, plan_bytes(p, r, i));
}

/* Only bytecode comes besides what the tree has: compiled, it goes with its source. */
static void add_extra(const struct plan *p, struct summary *s, const struct shipped_extra *x,
		      struct groups *packages, struct groups *types)
{
	struct package_name n = package_of(p, x->root, x->entry);
	CLEANUP_FREE char *type = file_type(x->path);

	amount_add_bytes(&s->kept, x->bytes);
	amount_add_bytes(&s->kept_bytecode, x->bytes);
	amount_add_bytes(&s->added, x->bytes);
	amount_add_bytes(&s->by_reason[REASON_PAIR], x->bytes);
	amount_add_bytes(&group_of(packages, n.name, n.len, n.version)->kept, x->bytes);
	amount_add_bytes(&group_of(types, type, strlen(type), "")->kept, x->bytes);
}

static int by_size(const void *a, const void *b)
{
	const struct group_amount *x = a, *y = b;

	if (x->all.bytes != y->all.bytes)
		return x->all.bytes < y->all.bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void sort_groups(struct group_amount *list, size_t n)
{
	if (n)
		qsort(list, n, sizeof(*list), by_size);
}

/* --- directories ------------------------------------------------------------------------------ */

/* What holds the entry at `path` is not empty. */
static void fill_parent(const struct plan *p, size_t r, const char *path, bool *const *filled)
{
	CLEANUP_FREE char *dir = path_dir(path);
	size_t up = dir[0] ? inventory_find(&p->inv->roots[r], dir) : INVENTORY_NONE;

	if (up != INVENTORY_NONE)
		filled[r][up] = true;
}

static void fill_parents(const struct plan *p, bool *const *filled)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (plan_ships(p, r, i))
				fill_parent(p, r, p->inv->roots[r].entries[i].path, filled);
	for (size_t k = 0; p->shipped && k < p->shipped->n_extra; k++) {
		const struct shipped_extra *x = &p->shipped->extra[k];
		const char *path = path_below(x->path, p->inv->roots[x->root].prefix);

		fill_parent(p, x->root, path ? path : x->path, filled);
	}
}

static uint64_t count_empty_dirs(const struct plan *p)
{
	bool **filled = xcalloc(p->inv->n_roots + 1, sizeof(*filled));
	uint64_t n = 0;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		filled[r] = xcalloc(p->inv->roots[r].n_entries + 1, sizeof(**filled));
	fill_parents(p, filled);
	for (size_t r = 0; r < p->inv->n_roots; r++) {
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			n += p->inv->roots[r].entries[i].type == ENTRY_DIR && plan_kept(p, r, i) &&
			     !filled[r][i];
		free(filled[r]);
	}
	free(filled);
	return n;
}

void summary_make(const struct plan *p, struct summary *ret)
{
	struct groups packages = {.list = &ret->packages, .n = &ret->n_packages};
	struct groups types = {.list = &ret->types, .n = &ret->n_types};

	*ret = (struct summary){0};
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			if (p->inv->roots[r].entries[i].type == ENTRY_DIR)
				continue;
			add_entry(p, ret, r, i);
			add_package(p, &packages, r, i);
			add_type(p, &types, r, i);
		}
	for (size_t k = 0; p->shipped && k < p->shipped->n_extra; k++)
		add_extra(p, ret, &p->shipped->extra[k], &packages, &types);
	ret->empty_dirs = count_empty_dirs(p);
	sort_groups(ret->packages, ret->n_packages);
	sort_groups(ret->types, ret->n_types);
	strmap_free(&packages.names);
	strmap_free(&types.names);
}

static void free_groups(struct group_amount *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(list[i].name);
		free(list[i].version);
	}
	free(list);
}

void summary_free(struct summary *s)
{
	free_groups(s->packages, s->n_packages);
	free_groups(s->types, s->n_types);
	*s = (struct summary){0};
}
