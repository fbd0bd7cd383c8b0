/* prune_write - a plan into a layer: its kept entries as members, written as a zip or a directory.
 *
 * Errors: an output that cannot be had or lies inside a root (EINVAL), two roots that hold one
 * name (EEXIST), a source that is not what was decided on any more, what writing gave. On an
 * error nothing has been written.
 */
#pragma once

#include "base/error.h"
#include "cmd/prune_content.h"
#include "plan/plan.h"

struct layer_output {
	const char *path; /* a zip, or with a trailing '/' a directory */
	int level;        /* DEFLATE_LEVEL_MIN … MAX */
	unsigned jobs;    /* 0: one for each core */
	struct prune_content *content;
};

/* Whether the layer may be written there: its directory exists, outside all roots (it would become
 * part of the next layer). */
int layer_check_output(const char *output, const struct inventory *inv, struct error *e);
/* Appends an entry as a member, under its place in the layer; sockets and the like are none. */
void layer_add_member(struct members *m, const struct inventory_root *root,
		      const struct entry *ent);
/* *zip_bytes is the archive's size; untouched for a directory. */
int layer_write(const struct layer_output *o, const struct traces *traces, const struct plan *p,
		uint64_t *zip_bytes, struct error *e);
