/* prune_early - compressing begins while it is decided.
 *
 * Deciding takes one thread. What a run touched is kept at every level that looks at traces, unless
 * the user's rules drop it: the other cores compress such files meanwhile, and the archive's writer
 * takes over what is done. What was begun in vain is thrown away; the archive's bytes are the same.
 */
#pragma once

#include "cmd/prune_write.h"

struct early {
	struct members members;
	struct deflate_pool *pool; /* NULL: not begun */
};

#define CLEANUP_EARLY __attribute__((cleanup(early_stop)))

/* Begins, where that is of use: for an archive, with more than one thread. */
void early_start(const struct layer_output *o, const struct traces *traces,
		 const struct inventory *inv, struct early *ret);
void early_stop(struct early *e);
