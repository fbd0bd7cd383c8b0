#include "plan/shipped.h"

#include "base/mem.h"
#include "base/path.h"

void shipped_start(struct shipped *s, const struct inventory *inv)
{
	*s = (struct shipped){.n_roots = inv->n_roots};
	s->entries = xcalloc(inv->n_roots + 1, sizeof(*s->entries));
	for (size_t r = 0; r < inv->n_roots; r++) {
		s->entries[r] = xcalloc(inv->roots[r].n_entries + 1, sizeof(**s->entries));
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			s->entries[r][i].bytes = SHIPPED_NOT;
	}
}

void shipped_add(struct shipped *s, char *path, uint64_t bytes, size_t root, size_t entry)
{
	s->extra = array_grow(s->extra, s->n_extra, &s->cap_extra, sizeof(*s->extra));
	s->extra[s->n_extra++] =
		(struct shipped_extra){.path = path, .bytes = bytes, .root = root, .entry = entry};
}

void shipped_free(struct shipped *s)
{
	for (size_t r = 0; r < s->n_roots; r++)
		free(s->entries[r]);
	for (size_t k = 0; k < s->n_extra; k++)
		free(s->extra[k].path);
	free(s->entries);
	free(s->extra);
	*s = (struct shipped){0};
}

bool plan_ships(const struct plan *p, size_t root, size_t i)
{
	return plan_kept(p, root, i) &&
	       (!p->shipped || p->shipped->entries[root][i].bytes != SHIPPED_NOT);
}

uint64_t plan_bytes(const struct plan *p, size_t root, size_t i)
{
	const struct entry *ent = &p->inv->roots[root].entries[i];

	if (ent->type == ENTRY_DIR)
		return 0;
	return p->shipped && plan_ships(p, root, i) ? p->shipped->entries[root][i].bytes
						    : ent->size;
}

enum category plan_category(const struct plan *p, size_t root, size_t i)
{
	bool source =
		plan_left_out(p, root, i) && path_ends(p->inv->roots[root].entries[i].path, ".py");

	return source ? CATEGORY_SOURCE : (enum category)p->decisions[root][i].category;
}

bool plan_replaced(const struct plan *p, size_t root, size_t i)
{
	return p->shipped && !plan_kept(p, root, i) &&
	       p->shipped->entries[root][i].bytes != SHIPPED_NOT;
}

const char *plan_left_out(const struct plan *p, size_t root, size_t i)
{
	return plan_kept(p, root, i) && !plan_ships(p, root, i) ? p->shipped->entries[root][i].why
								: NULL;
}
