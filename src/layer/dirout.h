/* dirout - members into a directory: written beside the target, then renamed into its place.
 *
 * The target must not exist or be an empty directory: replacing a tree that somebody filled is
 * not ours to do. Modes are the members'; times are now. Whatever fails and whenever the program is
 * killed, the target is as it was or whole, and nothing is left beside it (base/janitor).
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"

int dir_write(const struct members *m, const char *target, const struct layer_progress *progress,
	      struct error *e);

/* The same into a directory that is there and that nobody needs for long: neither synced nor
 * renamed, and on an error half of it may be there. */
int dir_fill(const struct members *m, const char *dir, const struct layer_progress *progress,
	     struct error *e);
