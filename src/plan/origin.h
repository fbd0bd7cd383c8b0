/* origin - where the tree in an archive lay when a trace was recorded.
 *
 * A trace names paths of the tree that a zip was unpacked to. That directory is found by the files
 * themselves: every touched file whose path ends in the name of one in the archive speaks for what
 * stands before it. Pure data, as all of plan/.
 */
#pragma once

#include "plan/inventory.h"
#include "trace.h"

#include <stdbool.h>
#include <stddef.h>

struct origin {
	char *dir;    /* absolute */
	size_t files; /* touched files that speak for it */
};

struct origins {
	struct origin *list; /* most files first, then by name */
	size_t n;
};

#define CLEANUP_ORIGINS __attribute__((cleanup(origins_free)))

void origins_find(const struct trace *traces, size_t n, const struct inventory_root *root,
		  struct origins *ret);
/* Whether the first is the one: no other has a tenth of its files. */
bool origins_clear(const struct origins *o);
void origins_free(struct origins *o);
