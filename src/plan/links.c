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

/* Whether something that is kept is at the path, or below it. */
static bool is_held(const struct plan *p, const char *path)
{
	size_t r, i, n;
	const struct inventory_root *root;

	if (!plan_locate(p, path, &r, &i))
		return false;
	root = &p->inv->roots[r];
	n = strlen(root->entries[i].path);
	for (size_t k = i; k < root->n_entries; k++) {
		const char *other = root->entries[k].path;

		if (strncmp(other, root->entries[i].path, n) != 0)
			return false;
		if (plan_kept(p, r, k) && (!other[n] || other[n] == '/'))
			return true;
	}
	return false;
}

/* Goes through the first symlink on the way, which is then (*r, *i); false when there is none. */
static bool hop(const struct plan *p, char **at, size_t *r, size_t *i)
{
	size_t len = first_link(p, *at, r, i);
	CLEANUP_FREE char *target = len ? target_of(p, *r, *i) : NULL;
	CLEANUP_FREE char *next = len ? xasprintf("%s%s", target, *at + len) : NULL;

	if (!next)
		return false;
	free(*at);
	*at = path_clean(next);
	return true;
}

bool link_dangles(const struct plan *p, size_t r, size_t i)
{
	CLEANUP_FREE char *at = target_of(p, r, i);

	for (int hops = 0; hops < LINKS_MAX && hop(p, &at, &r, &i); hops++)
		;
	return !is_held(p, at);
}

void links_on_way(struct plan *p, const char *path, size_t cause_root, size_t cause)
{
	CLEANUP_FREE char *at = path_clean(path);
	size_t r = 0, i = 0;

	for (int hops = 0; hops < LINKS_MAX && hop(p, &at, &r, &i); hops++)
		plan_keep(p, r, i, REASON_LINK, cause_root, cause);
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
