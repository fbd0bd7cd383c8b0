/* links - a kept symlink needs its target, and a path that was asked for through a symlink needs
 * that symlink. Followed in the inventory, never in a file system. */
#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

#define LINKS_MAX 40 /* fs/namei.c MAXSYMLINKS: a loop ends here */

/* Where the link at (root, i) points to, as an absolute path cleaned of dots. */
static char *target_of(const struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const struct entry *ent = &root->entries[i];
	CLEANUP_FREE char *full = path_join(root->dir, ent->path);
	CLEANUP_FREE char *dir = path_dir(full);
	CLEANUP_FREE char *joined = path_join(dir, ent->link_target);

	return path_clean(joined);
}

/* The first symlink on the way of an absolute path: its length in the path, or 0. */
static size_t first_link(const struct plan *p, const char *path, size_t *r, size_t *i)
{
	for (const char *s = strchr(path + 1, '/');; s = strchr(s + 1, '/')) {
		size_t len = s ? (size_t)(s - path) : strlen(path);
		CLEANUP_FREE char *part = xstrndup(path, len);

		if (plan_locate(p, part, r, i) && p->inv->roots[*r].entries[*i].type == ENTRY_LINK)
			return len;
		if (!s)
			return 0;
	}
}

void links_on_way(struct plan *p, const char *path, size_t cause_root, size_t cause)
{
	CLEANUP_FREE char *at = path_clean(path);
	size_t r = 0, i = 0, len;

	for (int hops = 0; hops < LINKS_MAX && (len = first_link(p, at, &r, &i)); hops++) {
		CLEANUP_FREE char *target = target_of(p, r, i);
		char *next = xasprintf("%s%s", target, at + len);

		plan_keep(p, r, i, REASON_LINK, cause_root, cause);
		free(at);
		at = path_clean(next);
		free(next);
	}
	if (plan_locate(p, at, &r, &i) && p->inv->roots[r].entries[i].type != ENTRY_DIR)
		plan_keep(p, r, i, REASON_LINK, cause_root, cause);
}

void pass_links(struct plan *p)
{
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			CLEANUP_FREE char *full = NULL;

			if (p->inv->roots[r].entries[i].type != ENTRY_LINK || !plan_kept(p, r, i))
				continue;
			full = path_join(p->inv->roots[r].dir, p->inv->roots[r].entries[i].path);
			links_on_way(p, full, r, i);
		}
}
