/* shipped - what the layer holds in the end, where that is not what was decided on.
 *
 * Content changes behind the decision: RECORD is rewritten, symbols go, stale bytecode is left
 * out, missing bytecode is compiled. Whoever writes a layer notes here what became of each kept
 * entry and what came besides, so that every number that is shown is that of the layer. A plan
 * without such a note (plan.shipped NULL) counts entries as they are in the tree.
 */
#pragma once

#include "plan/plan.h"

/* A kept entry that is not in the layer. */
#define SHIPPED_NOT UINT64_MAX

struct shipped_entry {
	uint64_t bytes;  /* in the layer, or SHIPPED_NOT */
	const char *why; /* SHIPPED_NOT: a sentence, static */
};

/* A file that the tree has not. */
struct shipped_extra {
	char *path; /* in the layer */
	uint64_t bytes;
	size_t root, entry; /* what it was made from, and goes with */
};

struct shipped {
	/* [root][entry]; of those that are not kept: whether something else has the name. */
	struct shipped_entry **entries;
	size_t n_roots;
	struct shipped_extra *extra; /* by path */
	size_t n_extra, cap_extra;
};

#define CLEANUP_SHIPPED __attribute__((cleanup(shipped_free)))

/* Nothing is in the layer yet. */
void shipped_start(struct shipped *s, const struct inventory *inv);
/* Takes the path. */
void shipped_add(struct shipped *s, char *path, uint64_t bytes, size_t root, size_t entry);
void shipped_free(struct shipped *s);

/* Whether an entry is in the layer: it is kept and was not left out. */
bool plan_ships(const struct plan *p, size_t root, size_t i);
/* Bytes of content in the layer, or of the tree when the entry is not in the layer. */
uint64_t plan_bytes(const struct plan *p, size_t root, size_t i);
/* What kind of thing an entry that is not in the layer is. */
enum category plan_category(const struct plan *p, size_t root, size_t i);
/* Whether a removed entry's name is that of a file made anew. */
bool plan_replaced(const struct plan *p, size_t root, size_t i);
/* Why a kept entry is not in the layer, or NULL. */
const char *plan_left_out(const struct plan *p, size_t root, size_t i);
