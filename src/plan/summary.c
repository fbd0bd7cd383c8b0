#include "plan/summary.h"

#include "base/mem.h"

#include <string.h>

static void add(struct amount *a, uint64_t bytes)
{
	a->files++;
	a->bytes += bytes;
}

/* The package of an entry, made when it is new. */
static struct package_amount *package_of(const struct plan *p, struct summary *s,
					 struct strmap *names, size_t r, size_t i)
{
	size_t owner = p->owner[r][i], len;
	const char *name =
		owner == INVENTORY_NONE ? p->inv->roots[r].entries[i].path : p->dists[owner].name;
	bool is_new;
	size_t at;

	len = owner == INVENTORY_NONE ? strcspn(name, "/") : strlen(name);
	at = *strmap_add(names, name, len, s->n_packages, &is_new);
	if (is_new) {
		s->packages = xreallocarray(s->packages, s->n_packages + 1, sizeof(*s->packages));
		s->packages[s->n_packages++] = (struct package_amount){
			.name = xstrndup(name, len),
			.version = xstrdup(owner == INVENTORY_NONE ? "" : p->dists[owner].version)};
	}
	return &s->packages[at];
}

static bool is_bytecode(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".pyc") == 0;
}

static void add_entry(const struct plan *p, struct summary *s, struct strmap *names, size_t r,
		      size_t i)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];
	const struct decision *d = &p->decisions[r][i];
	struct package_amount *package = package_of(p, s, names, r, i);
	bool bytecode = is_bytecode(ent->path);

	add(&s->all, ent->size);
	add(&package->all, ent->size);
	if (bytecode)
		add(&s->all_bytecode, ent->size);
	if (!d->reasons) {
		add(&s->by_category[d->category], ent->size);
		return;
	}
	add(&s->kept, ent->size);
	add(&package->kept, ent->size);
	add(&s->by_reason[d->main], ent->size);
	if (bytecode)
		add(&s->kept_bytecode, ent->size);
}

static int by_size(const void *a, const void *b)
{
	const struct package_amount *x = a, *y = b;

	if (x->all.bytes != y->all.bytes)
		return x->all.bytes < y->all.bytes ? 1 : -1;
	return strcmp(x->name, y->name);
}

void summary_make(const struct plan *p, struct summary *ret)
{
	CLEANUP_STRMAP struct strmap names = {0};

	*ret = (struct summary){0};
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			if (p->inv->roots[r].entries[i].type != ENTRY_DIR)
				add_entry(p, ret, &names, r, i);
			else if (plan_kept(p, r, i))
				ret->empty_dirs++;
		}
	if (ret->n_packages)
		qsort(ret->packages, ret->n_packages, sizeof(*ret->packages), by_size);
}

void summary_free(struct summary *s)
{
	for (size_t i = 0; i < s->n_packages; i++) {
		free(s->packages[i].name);
		free(s->packages[i].version);
	}
	free(s->packages);
	*s = (struct summary){0};
}
