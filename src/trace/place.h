/* place - another tree in the place of one, for this process and what it starts.
 *
 * place_private gives this process a mount namespace of its own, out of which nothing spreads; it
 * ends with the last process that lives in it, also after SIGKILL, so that nothing stays mounted
 * whatever happens. place_private_user does so for a user without rights, in a user namespace where
 * he is himself; place_no_rights takes away what he may do in there beyond that. place_over then
 * binds a directory, read-only, over another: what lay there cannot be reached by its path until
 * place_undo. The current directory is entered again by its path, so that it is no way round.
 *
 * Errors: EPERM where mounts are not allowed (a container, a user without rights); what mount(2)
 * gave.
 */
#pragma once

#include "base/error.h"

#include <stddef.h>

struct place {
	char **over; /* mount points, in the order they were made */
	size_t n;
	char *cwd; /* the caller's current directory; NULL while nothing was entered */
};

#define CLEANUP_PLACE __attribute__((cleanup(place_undo)))

int place_private(struct error *e);
int place_private_user(struct error *e);
int place_no_rights(struct error *e);
int place_over(struct place *p, const char *from, const char *over, struct error *e);
/* Behind the last place_over. ENOENT when the current directory is not in what was put there. */
int place_enter(struct place *p, struct error *e);
void place_undo(struct place *p);
