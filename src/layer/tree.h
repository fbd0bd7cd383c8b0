/* tree - directories into an inventory.
 *
 * Reads with descriptors relative to the directory at hand and never follows a symlink, so that a
 * tree cannot lead out of itself. Anything that cannot be read is an error that names it: a layer
 * made from half a tree would be a silent wrong answer. Errors: what opendir, stat and read gave;
 * ELOOP for a tree deeper than TREE_DEPTH_MAX.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"

#define TREE_DEPTH_MAX 128

/* Adds the directory as a root of the inventory. `prefix` is where it goes in the layer. Call
 * inventory_index when all roots are added. */
int tree_read(const char *dir, const char *prefix, struct inventory *inv, struct error *e);

/* The same, of only these names directly below the directory: packages that lie among other things,
 * as those of an editable install do. */
int tree_read_names(const char *dir, const char *prefix, char *const *names, size_t n,
		    struct inventory *inv, struct error *e);
