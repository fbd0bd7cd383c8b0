#include "plan/chain.h"

#include "base/mem.h"

typedef const struct cause *next_cause(const struct plan *p, size_t root, size_t i);

static bool was_here(const struct chain *c, const bool *const *seen, size_t root, size_t i)
{
	return c->n && seen[root][i];
}

static void follow_causes(const struct plan *p, size_t root, size_t i, next_cause *next,
			  struct chain *ret)
{
	size_t roots = p->inv->n_roots;
	bool **seen = xcalloc(roots + 1, sizeof(*seen));
	const struct cause *why;

	for (size_t r = 0; r < roots; r++)
		seen[r] = xcalloc(p->inv->roots[r].n_entries + 1, sizeof(**seen));
	*ret = (struct chain){0};
	while ((why = next(p, root, i))) {
		ret->circle = was_here(ret, (const bool *const *)seen, root, i);
		if (ret->circle)
			break;
		seen[root][i] = true;
		ret->list = array_grow(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
		ret->list[ret->n++] = (struct chain_step){root, i, why};
		if (why->entry == INVENTORY_NONE)
			break;
		root = why->root;
		i = why->entry;
	}
	for (size_t r = 0; r < roots; r++)
		free(seen[r]);
	free(seen);
}

static const struct cause *main_cause(const struct plan *p, size_t root, size_t i)
{
	return plan_kept(p, root, i)
		       ? plan_cause(p, root, i, (enum reason)p->decisions[root][i].main)
		       : NULL;
}

static const struct cause *what_fails(const struct plan *p, size_t root, size_t i)
{
	const struct left *one = plan_left(p, root, i, LEFT_UNIMPORTABLE);

	return one ? &one->cause : NULL;
}

void chain_make(const struct plan *p, size_t root, size_t i, struct chain *ret)
{
	follow_causes(p, root, i, main_cause, ret);
}

void chain_unimportable(const struct plan *p, size_t root, size_t i, struct chain *ret)
{
	follow_causes(p, root, i, what_fails, ret);
}

void chain_free(struct chain *c)
{
	free(c->list);
	*c = (struct chain){0};
}
