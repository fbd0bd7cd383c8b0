/* chain - why an entry is kept: from it, over who asked for it, down to what nobody asked for.
 *
 * A step is an entry and the cause of its main reason; the next step is the entry that asked. Who
 * asks was kept before, so a chain ends; should a plan ever hold a circle, the chain is cut where it
 * closes and says so. Refers to the plan; owns its list. No I/O.
 */
#pragma once

#include "plan/plan.h"

struct chain_step {
	size_t root, entry;
	const struct cause *cause;
};

struct chain {
	struct chain_step *list; /* the entry itself first */
	size_t n, cap;
	bool circle; /* the last step was asked for by one before it */
};

#define CLEANUP_CHAIN __attribute__((cleanup(chain_free)))

/* Of an entry that is kept; empty for another. */
void chain_make(const struct plan *p, size_t root, size_t i, struct chain *ret);
/* Why a module cannot be imported here, as the same kind of list: each step's cause names the line
 * of that step's own text, and the module that it asks for, down to a name that is nowhere
 * (cause.entry INVENTORY_NONE, cause.text the name). Empty for an entry that can be imported. */
void chain_unimportable(const struct plan *p, size_t root, size_t i, struct chain *ret);
void chain_free(struct chain *c);
