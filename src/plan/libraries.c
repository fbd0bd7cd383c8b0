/* libraries - native modules that no run loaded: which are worth their bytes.
 *
 * Source is cheap, native code is dear. One that kept code imports without condition is kept when
 * it is met (plan/imports). Decided here, when all imports are known: one that is imported inside
 * functions only; one that the program says it can do without – imported where ImportError is
 * caught, inside a function or in a module that did not run, or a compiled copy of a source that
 * is there too – is left out if it is large; and one that no source imports. */
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

/* A compiled copy of a source where another of its distribution is kept: they were compiled
 * together, and know each other's structs. */
static bool is_one_of_set(const struct closure *c, const struct left *one)
{
	size_t module = c->modules.at[one->root][one->entry];

	return c->units.list[c->units.of[one->root][one->entry]].compiled &&
	       module != INVENTORY_NONE && has_source(c, module);
}

/* Decides about one that functions import. */
static void decide_left(struct closure *c, const struct left *one)
{
	bool optional = c->p->decisions[one->root][one->entry].left[LEFT_OPTIONAL];
	struct cause why = one->cause;

	if (one->why == LEFT_OUTSIDE || one->why == LEFT_UNIMPORTABLE)
		return;
	if (!is_one_of_set(c, one) &&
	    (one->why == LEFT_FAR ||
	     (optional && cost_of(c->p, one->root, one->entry) >= OPTIONAL_MIN)))
		return;
	plan_keep_at(c->p, one->root, one->entry, &why);
}

static bool is_private(const struct module *m)
{
	return m->name[0] == '_' || strstr(m->name, "._");
}

/* A native module without a private part in its name, of a touched distribution: an interface of
 * its own (lxml.objectify), which nothing but the program itself may ever import. */
static bool is_public(const struct closure *c, size_t module)
{
	const struct module *m = &c->modules.list[module];

	return !is_private(m) && c->units.list[c->units.of[m->root][m->entry]].touched &&
	       closure_entry(c, m)->size <= PUBLIC_MAX;
}

/* A small one with a private part, where another of its distribution is kept: native modules
 * import each other, which no scanner sees. */
static bool is_internal(const struct closure *c, size_t module)
{
	const struct module *m = &c->modules.list[module];

	return is_private(m) && !strstr(m->name, "_test") &&
	       c->units.list[c->units.of[m->root][m->entry]].native &&
	       cost_of(c->p, m->root, m->entry) < OPTIONAL_MIN;
}

/* Whether nothing speaks against a native module that no source imports. */
static bool is_unasked(const struct closure *c, size_t module)
{
	const struct module *m = &c->modules.list[module];
	const struct decision *d = &c->p->decisions[m->root][m->entry];

	return m->native && !d->left[LEFT_OPTIONAL] && !has_source(c, module) &&
	       !category_is_static((enum category)d->category);
}

/* The top-level native modules of what a distribution requires of which a native module is kept:
 * it is what imports _cffi_backend. */
static void keep_required(struct closure *c)
{
	CLEANUP_FREE bool *wanted = xcalloc(c->units.n + 1, sizeof(*wanted));

	for (size_t k = 0; k < c->units.n_required; k++)
		if (c->units.list[c->units.required[k].by].native)
			wanted[c->units.required[k].of] = true;
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		const struct unit *unit = &c->units.list[c->units.of[m->root][m->entry]];

		if (m->native && !strchr(m->name, '.') && wanted[c->units.of[m->root][m->entry]] &&
		    !has_source(c, k))
			plan_keep(c->p, m->root, m->entry, REASON_MODULE, unit->root, unit->by);
	}
}

void note_native(struct closure *c)
{
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		struct unit *unit = &c->units.list[c->units.of[m->root][m->entry]];

		if (!m->native || !plan_kept(c->p, m->root, m->entry))
			continue;
		unit->native = true;
		unit->compiled = unit->compiled || has_source(c, k);
	}
}

void pass_libraries(struct closure *c)
{
	for (size_t k = 0; k < c->modules.n; k++) {
		const struct module *m = &c->modules.list[k];
		const struct unit *unit = &c->units.list[c->units.of[m->root][m->entry]];

		if (is_unasked(c, k) && (is_public(c, k) || is_internal(c, k)))
			plan_keep(c->p, m->root, m->entry, REASON_MODULE, unit->root, unit->by);
	}
	keep_required(c);
	for (size_t k = 0; k < c->p->n_left; k++)
		if (!plan_kept(c->p, c->p->left[k].root, c->p->left[k].entry))
			decide_left(c, &c->p->left[k]);
}
