/* tree - trees of a few files as unit tests of deciding need them: sources, distributions, libraries,
 * and what is asked of the plan made of them.
 */
#pragma once

#include "base/path.h"
#include "plan/scan.h"
#include "world.h"

static inline bool has(const struct world *w, const char *path)
{
	for (size_t i = 0; i < w->inv.roots[0].n_entries; i++)
		if (strcmp(w->inv.roots[0].entries[i].path, path) == 0)
			return true;
	return false;
}

/* A file with its parent directories; entries are sorted when the plan is made. */
static inline struct entry *file(struct world *w, const char *path)
{
	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		CLEANUP_FREE char *dir = xstrndup(path, (size_t)(s - path));

		if (!has(w, dir))
			put(w, dir, ENTRY_DIR);
	}
	return put(w, path, ENTRY_FILE);
}

/* A source, scanned as the program does it (but every string is a fact). */
static inline void py(struct world *w, const char *path, const char *source)
{
	struct entry *ent = file(w, path);

	ent->facts = xcalloc(1, sizeof(*ent->facts));
	scan_python(source, strlen(source), &(struct scan_options){0}, ent->facts);
}

static inline void text(struct world *w, const char *path, const char *content)
{
	struct entry *ent = file(w, path);

	ent->text = xstrdup(content);
	ent->text_len = strlen(content);
}

/* A library that needs another. */
static inline struct entry *elf(struct world *w, const char *path, const char *needed)
{
	struct entry *ent = file(w, path);

	ent->elf = xcalloc(1, sizeof(*ent->elf));
	ent->elf->needed = xcalloc(1, sizeof(*ent->elf->needed));
	ent->elf->needed[0] = xstrdup(needed);
	ent->elf->n_needed = 1;
	return ent;
}

/* A distribution that owns the top-level directory (or module) `top`. */
static inline void dist(struct world *w, const char *name, const char *top, const char *requires)
{
	CLEANUP_FREE char *egg = xasprintf("%s.egg-info", name);
	CLEANUP_FREE char *info = path_join(egg, "PKG-INFO"),
			  *tops = path_join(egg, "top_level.txt");
	CLEANUP_FREE char *metadata = xasprintf("Name: %s\nVersion: 1\n%s", name, requires);

	text(w, info, metadata);
	text(w, tops, top);
}

static inline int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static inline void decide_as(struct world *w, const struct plan_options *opt)
{
	struct inventory_root *root = &w->inv.roots[0];

	qsort(root->entries, root->n_entries, sizeof(*root->entries), by_path);
	decide_with(w, opt);
}

static inline void close_over(struct world *w)
{
	decide_as(w, &(struct plan_options){.safety = SAFETY_CLOSURE});
}

static inline const struct cause *cause_of(struct world *w, const char *path)
{
	size_t i = inventory_find(&w->inv.roots[0], path);

	return plan_cause(&w->plan, 0, i, reason_of(w, path));
}

static inline enum category category_of(struct world *w, const char *path)
{
	return (enum category)w->plan.decisions[0][inventory_find(&w->inv.roots[0], path)].category;
}

/* By which line of which file it is kept. */
static inline void assert_asked(struct world *w, const char *path, enum reason reason,
				const char *by, uint32_t line)
{
	const struct cause *c;

	assert_int_equal(reason_of(w, path), reason);
	c = cause_of(w, path);
	assert_int_not_equal(c->entry, INVENTORY_NONE);
	assert_string_equal(w->inv.roots[0].entries[c->entry].path, by);
	assert_int_equal(c->line, line);
}
