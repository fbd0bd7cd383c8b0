#include "plan/closure.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* --- directories of alternatives -------------------------------------------------------------- */

/* So many directories side by side are a choice, where a run read from one; where none did but
 * the distribution may be used, more. */
#define CHOICES_MIN        8
#define CHOICES_UNREAD_MIN 32

static size_t parent_of(const struct inventory_root *root, const char *path)
{
	CLEANUP_FREE char *dir = path_dir(path);

	return dir[0] ? inventory_find(root, dir) : INVENTORY_NONE;
}

/* The unit of the first file below a directory: directories themselves belong to nobody. */
static size_t unit_below(const struct closure *c, size_t r, size_t i)
{
	while (i + 1 < c->p->inv->roots[r].n_entries &&
	       c->p->inv->roots[r].entries[i].type == ENTRY_DIR)
		i++;
	return c->units.of[r][i];
}

/* Marks the directories of alternatives that a run chose from: no modules in them, many
 * directories, and a touched file below one of these. */
static void mark_choices(struct closure *c, size_t r)
{
	const struct inventory_root *root = &c->p->inv->roots[r];
	CLEANUP_FREE size_t *dirs = xcalloc(root->n_entries + 1, sizeof(*dirs));
	CLEANUP_FREE bool *modules = xcalloc(root->n_entries + 1, sizeof(*modules));

	for (size_t i = 0; i < root->n_entries; i++) {
		size_t up = parent_of(root, root->entries[i].path);
		bool is_dir = root->entries[i].type == ENTRY_DIR;

		if (up != INVENTORY_NONE && is_dir)
			dirs[up]++;
		if (!is_dir && c->modules.at[r][i] != INVENTORY_NONE)
			for (; up != INVENTORY_NONE && !modules[up];
			     up = parent_of(root, root->entries[up].path))
				modules[up] = true;
	}
	for (size_t i = 0; i < root->n_entries; i++) {
		size_t up = i;

		if (dirs[i] >= CHOICES_UNREAD_MIN && !modules[i]) {
			const struct unit *unit = &c->units.list[unit_below(c, r, i)];

			c->p->decisions[r][i].choices = unit->allowed && !unit->touched;
		}

		if (root->entries[i].type == ENTRY_DIR || !plan_kept(c->p, r, i))
			continue;
		up = parent_of(root, root->entries[i].path);
		while (up != INVENTORY_NONE &&
		       (up = parent_of(root, root->entries[up].path)) != INVENTORY_NONE)
			if (dirs[up] >= CHOICES_MIN && !modules[up])
				c->p->decisions[r][up].choices = true;
	}
}

/* --- the whole -------------------------------------------------------------------------------- */

void closure_open(struct plan *p, const struct plan_options *opt, const struct trace *traces,
		  size_t n_traces, struct closure *ret)
{
	*ret = (struct closure){.p = p, .opt = opt, .traces = traces, .n_traces = n_traces};
	modules_build(p, &ret->modules);
	units_build(p, &ret->units);
	names_index(ret);
	unimportable_find(ret);
	for (size_t r = 0; r < p->inv->n_roots; r++)
		mark_choices(ret, r);
	choices_index(ret);
}

static void look_at_fact(struct closure *c, size_t module, size_t fact)
{
	const struct module *m = &c->modules.list[module];
	const struct fact *f = &closure_entry(c, m)->facts->list[fact];

	c->at = (struct deferred){module, fact};
	if (f->kind == FACT_STRING)
		follow_name(c, m, f);
	else
		follow_import(c, m, f);
}

static void look_at_module(struct closure *c, size_t k)
{
	const struct facts *facts = closure_entry(c, &c->modules.list[k])->facts;

	for (size_t i = 0; facts && i < facts->n; i++)
		look_at_fact(c, k, i);
}

void closure_drain(struct closure *c)
{
	while (c->cursor < c->p->n_fresh) {
		size_t r, i, k;

		closure_decode(c->p, c->p->fresh[c->cursor++], &r, &i);
		k = c->modules.at[r][i];
		if (k != INVENTORY_NONE)
			look_at_module(c, k);
	}
}

void closure_release(struct closure *c)
{
	struct deferred *list = TAKE_PTR(c->deferred);
	size_t n = c->n_deferred;

	c->n_deferred = c->cap_deferred = 0;
	c->distance += n != 0;
	c->replaying = true;
	for (size_t k = 0; k < n; k++)
		look_at_fact(c, list[k].module, list[k].fact);
	c->replaying = false;
	free(list);
}

void closure_categorise(struct closure *c)
{
	struct plan *p = c->p;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct unit *unit = &c->units.list[c->units.of[r][i]];
			uint8_t *category = &p->decisions[r][i].category;
			size_t k = c->modules.at[r][i];

			if (k != INVENTORY_NONE && c->unimportable[k])
				*category = CATEGORY_UNIMPORTABLE;
			else if (*category >= CATEGORY_MODULE && !unit->touched)
				*category = CATEGORY_DIST;
		}
}

void closure_close(struct closure *c)
{
	for (size_t r = 0; c->next_base && r < c->p->inv->n_roots; r++)
		free(c->next_base[r]);
	free(c->next_base);
	free(c->unimportable);
	free(c->deferred);
	free(c->choices);
	strmap_free(&c->by_base);
	strmap_free(&c->by_choice);
	strmap_free(&c->groups);
	units_free(c->p, &c->units);
	modules_free(c->p, &c->modules);
}
