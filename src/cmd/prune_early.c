#include "cmd/prune_early.h"

#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"
#include "layer/deflate.h"

#include <unistd.h>

/* Whether the layer will hold the file as it is. */
static bool stays_as_it_is(const struct layer_output *o, const struct entry *ent)
{
	return ent->type == ENTRY_FILE && !path_ends(ent->path, ".pyc") &&
	       !(o->content->strip && ent->elf) && !content_wants_text(ent->path);
}

static void add_touched(const struct layer_output *o, const struct trace *t,
			const struct inventory *inv, struct members *m)
{
	for (size_t k = 0; k < t->n_files; k++)
		for (size_t r = 0; r < inv->n_roots; r++) {
			const struct inventory_root *root = &inv->roots[r];
			const char *below = path_below(t->files[k].path, root->dir);
			size_t at = below && !t->files[k].created ? inventory_find(root, below)
								  : INVENTORY_NONE;

			if (at != INVENTORY_NONE && stays_as_it_is(o, &root->entries[at]))
				layer_add_member(m, root, &root->entries[at]);
		}
}

void early_start(const struct layer_output *o, const struct traces *traces,
		 const struct inventory *inv, struct early *ret)
{
	unsigned jobs = o->jobs ? o->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);

	*ret = (struct early){0};
	if (jobs < 2 || layer_is_directory(o->path) || o->level == DEFLATE_LEVEL_ZOPFLI)
		return;
	for (size_t i = 0; i < traces->n; i++)
		add_touched(o, &traces->list[i], inv, &ret->members);
	members_sort(&ret->members);
	members_unique(&ret->members);
	ret->pool = deflate_start(&ret->members, o->level, jobs - 1, NULL);
}

void early_stop(struct early *e)
{
	if (e->pool)
		deflate_stop(TAKE_PTR(e->pool));
	members_free(&e->members);
}
