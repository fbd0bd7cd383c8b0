/* world - a tree under /site and a trace, built by hand, for tests of what plan/ decides.
 *
 * Entries must be given in order, or sorted by the test before it decides.
 */
#pragma once

#include "test.h"

#include "base/mem.h"
#include "plan/plan.h"

#include <string.h>

struct world {
	struct inventory inv;
	struct trace trace;
	struct plan plan;
};

static inline void world_open(struct world *w)
{
	*w = (struct world){0};
	w->inv.roots = xcalloc(1, sizeof(*w->inv.roots));
	w->inv.n_roots = 1;
	w->inv.roots[0] =
		(struct inventory_root){.dir = xstrdup("/site"), .prefix = xstrdup("python")};
}

static inline struct entry *put(struct world *w, const char *path, enum entry_type type)
{
	struct inventory_root *root = &w->inv.roots[0];

	root->entries = xreallocarray(root->entries, root->n_entries + 1, sizeof(struct entry));
	root->entries[root->n_entries] =
		(struct entry){.path = xstrdup(path), .type = type, .mode = 0644, .size = 10};
	return &root->entries[root->n_entries++];
}

static inline void put_link(struct world *w, const char *path, const char *target)
{
	put(w, path, ENTRY_LINK)->link_target = xstrdup(target);
}

static inline void put_text(struct world *w, const char *path, const char *text)
{
	struct entry *ent = put(w, path, ENTRY_FILE);

	ent->text = xstrdup(text);
	ent->text_len = strlen(text);
}

static inline struct elf_facts *put_elf(struct world *w, const char *path, const char *needed,
					const char *search)
{
	struct entry *ent = put(w, path, ENTRY_FILE);

	ent->elf = xcalloc(1, sizeof(*ent->elf));
	ent->elf->machine = 62;
	ent->elf->class_ = 2;
	if (needed) {
		ent->elf->needed = xcalloc(1, sizeof(char *));
		ent->elf->needed[ent->elf->n_needed++] = xstrdup(needed);
	}
	if (search) {
		ent->elf->search = xcalloc(1, sizeof(char *));
		ent->elf->search[ent->elf->n_search++] = xstrdup(search);
	}
	return ent->elf;
}

/* The trace's strings are not owned. */
static inline struct trace_file *touched(struct world *w, const char *path)
{
	struct trace *t = &w->trace;

	t->files = xreallocarray(t->files, t->n_files + 1, sizeof(*t->files));
	t->files[t->n_files] = (struct trace_file){.path = (char *)(uintptr_t)path,
						   .ops = TRACE_OPEN,
						   .type = TRACE_TYPE_FILE,
						   .size = 10};
	return &t->files[t->n_files++];
}

static inline void decide_with(struct world *w, const struct plan_options *opt)
{
	inventory_index(&w->inv);
	plan_make(&w->trace, 1, &w->inv, opt, &w->plan);
}

static inline void decide(struct world *w)
{
	decide_with(w, &(struct plan_options){.safety = SAFETY_TRACE});
}

static inline enum reason reason_of(struct world *w, const char *path)
{
	size_t i = inventory_find(&w->inv.roots[0], path);

	assert_int_not_equal(i, INVENTORY_NONE);
	return (enum reason)w->plan.decisions[0][i].main;
}

static inline void world_close(struct world *w)
{
	plan_free(&w->plan);
	inventory_free(&w->inv);
	free(w->trace.files);
}
