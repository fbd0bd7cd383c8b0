#include "plan/repair.h"

#include "base/mem.h"
#include "base/path.h"

static bool layer_has(const struct inventory *original, const struct inventory *layer, size_t root,
		      const char *path)
{
	CLEANUP_FREE char *name = path_join(original->roots[root].prefix, path);

	return inventory_find(&layer->roots[0], name) != INVENTORY_NONE;
}

bool repair_present(const struct inventory *original, const struct inventory *layer, size_t root,
		    size_t i)
{
	return layer_has(original, layer, root, original->roots[root].entries[i].path);
}

/* The layer chose to have it otherwise: bytecode of a source that is there already (or that is
 * there as sourceless bytecode), and that source. */
static bool is_unwanted(const struct plan *p, const struct inventory *layer, size_t root, size_t i)
{
	const char *path = p->inv->roots[root].entries[i].path;
	CLEANUP_FREE char *from = bytecode_source(path);
	const char *source = from ? from : path;
	CLEANUP_FREE char *compiled = path_ends(source, ".py") ? xasprintf("%sc", source) : NULL;

	if (compiled && inventory_find(&p->inv->roots[root], compiled) == INVENTORY_NONE &&
	    layer_has(p->inv, layer, root, compiled))
		return true;
	return from && layer_has(p->inv, layer, root, from);
}

static void settle(struct plan *p)
{
	do {
		p->changed = false;
		pass_pairs(p);
		pass_links(p);
		pass_elf(p);
		pass_metadata(p);
	} while (p->changed);
}

/* What the layer has counts as kept for RECORD, and what it does not want as removed. */
static void add_present(struct plan *p, const struct inventory *layer)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (repair_present(p->inv, layer, r, i))
				plan_keep(p, r, i, REASON_ALL, 0, INVENTORY_NONE);
			else if (plan_kept(p, r, i) && is_unwanted(p, layer, r, i))
				p->decisions[r][i].reasons = 0;
}

void repair_plan(const struct inventory *original, const struct inventory *layer,
		 const struct missed_list *missed, char *const *texts, struct plan *ret)
{
	plan_survey(original, ret);
	ret->stage = SAFETY_TRACE;
	for (size_t k = 0; k < missed->n; k++) {
		const struct missed *m = &missed->list[k];

		plan_keep_at(ret, m->root, m->entry,
			     &(struct cause){.reason = REASON_REPAIRED,
					     .entry = INVENTORY_NONE,
					     .text = texts ? texts[k] : NULL});
	}
	settle(ret);
	add_present(ret, layer);
	dists_rewrite(ret);
}
