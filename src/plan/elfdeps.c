/* elfdeps - the shared libraries that kept ELF files need and the layer itself holds.
 *
 * In the loader's order (ld.so(8)): DT_RPATH or DT_RUNPATH with $ORIGIN, then by name anywhere
 * under the roots (auditwheel's *.libs directories, LD_LIBRARY_PATH) with the same class and
 * machine. What is found nowhere belongs to the system. */
#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* All entries of all roots under one number, so that a strmap can hold them. */
static size_t encode(const struct plan *p, size_t root, size_t i)
{
	return i * p->inv->n_roots + root;
}

static void decode(const struct plan *p, size_t code, size_t *root, size_t *i)
{
	*root = code % p->inv->n_roots;
	*i = code / p->inv->n_roots;
}

static void index_libraries(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];
			const char *base = path_base(ent->path);

			if (!ent->elf)
				continue;
			strmap_add(&p->by_basename, base, strlen(base), encode(p, r, i), NULL);
			if (ent->elf->soname)
				strmap_add(&p->by_basename, ent->elf->soname,
					   strlen(ent->elf->soname), encode(p, r, i), NULL);
		}
}

static bool same_abi(const struct elf_facts *a, const struct elf_facts *b)
{
	return a->machine == b->machine && a->class_ == b->class_;
}

/* "$ORIGIN/../x.libs" → an absolute path; NULL for what depends on the machine ($LIB …). */
static char *expand(const char *dir, const char *search)
{
	static const char *const origins[] = {"$ORIGIN", "${ORIGIN}"};

	for (size_t k = 0; k < ARRAY_SIZE(origins); k++) {
		size_t n = strlen(origins[k]);

		if (strncmp(search, origins[k], n) == 0)
			return xasprintf("%s%s", dir, search + n);
	}
	return strchr(search, '$') ? NULL : xstrdup(search);
}

static bool find_by_search(const struct plan *p, size_t r, size_t i, const char *needed,
			   size_t *to_root, size_t *to)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const struct elf_facts *elf = root->entries[i].elf;
	CLEANUP_FREE char *full = path_join(root->dir, root->entries[i].path);
	CLEANUP_FREE char *dir = path_dir(full);

	for (size_t k = 0; k < elf->n_search; k++) {
		CLEANUP_FREE char *search = expand(dir, elf->search[k]);
		CLEANUP_FREE char *joined = search ? path_join(search, needed) : NULL;
		CLEANUP_FREE char *path = joined ? path_clean(joined) : NULL;

		if (path && plan_locate(p, path, to_root, to))
			return true;
	}
	return false;
}

static bool find_by_name(const struct plan *p, size_t r, size_t i, const char *needed,
			 size_t *to_root, size_t *to)
{
	const char *base = path_base(needed);
	const size_t *code = strmap_find(&p->by_basename, base, strlen(base));

	if (!code)
		return false;
	decode(p, *code, to_root, to);
	return same_abi(p->inv->roots[r].entries[i].elf, p->inv->roots[*to_root].entries[*to].elf);
}

bool elf_find(struct plan *p, size_t root, size_t i, const char *needed, size_t *to_root,
	      size_t *to)
{
	if (!p->by_basename.n)
		index_libraries(p);
	return find_by_search(p, root, i, needed, to_root, to) ||
	       find_by_name(p, root, i, needed, to_root, to);
}

/* The link beside a library that has the name it is needed by: libz.so.1 → libz.so.1.3. */
static void keep_name(struct plan *p, size_t root, size_t i, const char *needed, size_t by_root,
		      size_t by)
{
	const struct inventory_root *r = &p->inv->roots[root];
	CLEANUP_FREE char *dir = path_dir(r->entries[i].path);
	CLEANUP_FREE char *path = dir[0] ? path_join(dir, needed) : xstrdup(needed);
	size_t link = inventory_find(r, path);

	if (link != INVENTORY_NONE && link != i && r->entries[link].type == ENTRY_LINK)
		plan_keep(p, root, link, REASON_ELF, by_root, by);
}

void pass_elf(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct elf_facts *elf = p->inv->roots[r].entries[i].elf;
			size_t to_root, to;

			if (!elf || !plan_kept(p, r, i))
				continue;
			for (size_t k = 0; k < elf->n_needed; k++)
				if (elf_find(p, r, i, elf->needed[k], &to_root, &to)) {
					plan_keep(p, to_root, to, REASON_ELF, r, i);
					keep_name(p, to_root, to, elf->needed[k], r, i);
				}
		}
}
