/* units - what the closure may enter: distributions, and files that none owns by top-level name.
 *
 * A unit is touched when a run touched one of its files beyond start-up noise and metadata. The
 * closure stays inside touched units and those that they declare to require (Requires-Dist
 * without an extra, or with one that a requirement asks for as in "name[extra]", for this
 * platform), transitively: code that merely happens to be installed would cost more than whole
 * packages do.
 */
#pragma once

#include "plan/plan.h"

struct unit {
	size_t dist; /* index into plan.dists, or INVENTORY_NONE */
	bool touched;
	bool allowed;    /* touched or declared */
	bool requested;  /* the user asked pip for it by name (PEP 376 REQUESTED) */
	bool native;     /* a native module of it is kept (libraries.c) */
	bool compiled;   /* one that is a compiled copy of a source */
	char *extras;    /* that requirements ask for, ",a,b,"; NULL: none */
	size_t root, by; /* an entry that shows it: the first touched file, or for what is only
	                    declared the metadata that requires it; `by` may be INVENTORY_NONE */
};

struct units {
	struct unit *list; /* the first n_dists are the distributions */
	size_t n;
	size_t **of; /* [root][entry] → index */
	struct requirement {
		size_t by, of; /* units: the one that declares it, and what it requires */
	} * required;
	size_t n_required, cap_required;
};

/* Whether site.py and the *.pth files of common tools touch such a path at every start. */
bool is_start_noise(const char *path);
void units_build(const struct plan *p, struct units *ret);
void units_free(const struct plan *p, struct units *u);
