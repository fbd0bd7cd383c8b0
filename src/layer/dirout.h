/* dirout - members into a directory: written beside the target, then renamed into its place.
 *
 * The target must not exist or be an empty directory: replacing a tree that somebody filled is
 * not ours to do. Modes are the members'; times are now. Whatever fails and whenever the program is
 * killed, the target is as it was or whole, and nothing is left beside it (base/janitor).
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"

struct dirout {
	char *target, *tmp; /* NULL when there is nothing to commit */
	struct janitor *janitor;
};

#define CLEANUP_DIROUT __attribute__((cleanup(dirout_discard)))

/* The whole tree, synced, beside the target. On an error nothing is left. */
int dirout_prepare(const struct members *m, const char *target,
		   const struct layer_progress *progress, struct dirout *ret, struct error *e);
/* Into its place. */
int dirout_commit(struct dirout *d, struct error *e);
/* Both at once. */
int dir_write(const struct members *m, const char *target, const struct layer_progress *progress,
	      struct error *e);
/* Drops what was not committed; harmless after a commit. */
void dirout_discard(struct dirout *d);

/* Members into a directory that is there and that nobody needs for long: neither synced nor
 * renamed, and on an error half of it may be there. */
int dir_fill(const struct members *m, const char *dir, const struct layer_progress *progress,
	     struct error *e);
