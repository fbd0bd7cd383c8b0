/* default_roots - which trees are packed when nobody says: the one site directory that the runs used
 * beyond start-up noise, and what its path files bring in from elsewhere (editable installs), each
 * package at the place where it is imported from, and zips that the runs imported from. Several site directories are an error that lists
 * them; so is none.
 */
#pragma once

#include "cmd/layer_input.h"

/* Adds the roots to the inventory. `name` is that of a trace, for messages. */
int default_roots_add(const struct traces *traces, const char *name, struct inventory *inv,
		      struct error *e);
/* Where a tree goes in the layer: Lambda looks in python/ and in
 * python/lib/python3.X/site-packages. The caller frees it. */
char *default_roots_prefix(const char *dir);
