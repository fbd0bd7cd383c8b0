/* libraries - native modules that no run loaded: which are worth their bytes.
 *
 * Source is cheap, native code is dear. One that kept code imports without condition is kept when
 * it is met (plan/imports). Decided here, when all imports are known: one that is imported inside
 * functions only; one that the program says it can do without – imported where ImportError is
 * caught, inside a function or in a module that did not run, or a compiled copy of a source that
 * is there too – is left out if it is large; and one that nothing imports. */
#include "plan/closure.h"

#include "base/mem.h"

#include <string.h>

/* Native modules that nothing imports are kept up to this size: most are far smaller, and a larger
 * one is worth a decision of its own. */
#define PUBLIC_MAX ((uint64_t)4 << 20)
/* A library that needs more others than this is not counted out. */
#define NEEDED_MAX 64

/* What keeping it would add: it and what it needs that is not kept. */
static uint64_t cost_of(struct plan *p, size_t root, size_t entry)
{
	struct {
		size_t root, entry;
	} list[NEEDED_MAX] = {{root, entry}};
	uint64_t sum = 0;
	size_t n = 1;

	for (size_t k = 0; k < n; k++) {
		const struct entry *ent = &p->inv->roots[list[k].root].entries[list[k].entry];

		sum += ent->size;
		for (size_t q = 0; ent->elf && q < ent->elf->n_needed && n < NEEDED_MAX; q++) {
			size_t r, i, seen = 0;

			if (!elf_find(p, list[k].root, list[k].entry, ent->elf->needed[q], &r,
				      &i) ||
			    plan_kept(p, r, i))
				continue;
			while (seen < n && (list[seen].root != r || list[seen].entry != i))
				seen++;
			if (seen == n) {
				list[n].root = r;
				list[n++].entry = i;
			}
		}
	}
	return sum;
}

bool has_source(const struct closure *c, size_t module)
{
	const struct module *to = &c->modules.list[module];
	size_t k = modules_find(&c->modules, to->name, strlen(to->name));

	for (; k != INVENTORY_NONE; k = c->modules.list[k].next) {
		const struct module *one = &c->modules.list[k];

		if (!one->native && !one->dir &&
		    c->units.of[one->root][one->entry] == c->units.of[to->root][to->entry])
			return true;
	}
	return false;
}

/* Decides about one that functions import. */
static void decide_left(struct closure *c, const struct left *one)
{
	bool optional = c->p->decisions[one->root][one->entry].left[LEFT_OPTIONAL];
	struct cause why = one->cause;

	if (one->why == LEFT_OUTSIDE || one->why == LEFT_FAR || one->why == LEFT_UNIMPORTABLE ||
	    (optional && cost_of(c->p, one->root, one->entry) >= OPTIONAL_MIN))
		return;
	plan_keep_at(c->p, one->root, one->entry, &why);
}

/* A native module without a private part in its name, of a touched distribution: an interface of
 * its own (lxml.objectify), which nothing but the program itself may ever import. */
static bool is_public(const struct closure *c, size_t module)
{
	const struct module *m = &c->modules.list[module];
	const struct decision *d = &c->p->decisions[m->root][m->entry];

	return m->native && m->name[0] != '_' && !strstr(m->name, "._") &&
	       c->units.list[c->units.of[m->root][m->entry]].touched &&
	       closure_entry(c, m)->size <= PUBLIC_MAX && !d->left[LEFT_OPTIONAL] &&
	       !has_source(c, module) && !category_is_static((enum category)d->category);
}

void pass_libraries(struct closure *c)
{
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		const struct unit *unit = &c->units.list[c->units.of[m->root][m->entry]];

		if (is_public(c, k))
			plan_keep(c->p, m->root, m->entry, REASON_MODULE, unit->root, unit->by);
	}
	for (size_t k = 0; k < c->p->n_left; k++)
		if (!plan_kept(c->p, c->p->left[k].root, c->p->left[k].entry))
			decide_left(c, &c->p->left[k]);
}
