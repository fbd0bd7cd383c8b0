/* prune_lists - the lists beside a layer: what was removed (layer.removed.tsv), and the manifest.
 *
 * Opened before the long work, so that an output that cannot be had is said at once; written when
 * the layer's content is, and placed just before the layer: a new layer has its new lists.
 */
#pragma once

#include "base/error.h"
#include "base/files.h"
#include "plan/plan.h"

struct prune_lists {
	struct outfile removed, manifest;
	struct outfile again; /* layer.repaired.tsv of a layer that was pruned with --repaired */
	char *repaired;       /* its path; else a list about the layer that was there before */
};

#define PRUNE_LISTS_NONE                                                                  \
	{                                                                                 \
		.removed = OUTFILE_NONE, .manifest = OUTFILE_NONE, .again = OUTFILE_NONE, \
	}
#define CLEANUP_PRUNE_LISTS __attribute__((cleanup(lists_discard)))

/* The list of a kind beside a layer: layer.zip → layer.KIND.tsv, small/ → small.KIND.tsv. */
char *list_path(const char *layer, const char *kind);
/* `layer` is the layer's path, or NULL when none is written: then there is no list of what was
 * removed either. `manifest` may be NULL. */
int lists_open(const char *layer, const char *manifest, struct prune_lists *ret, struct error *e);
/* Written, not yet in their place. */
int lists_prepare(struct prune_lists *l, const struct plan *p, struct error *e);
int lists_place(struct prune_lists *l, struct error *e);
/* What was placed is as it was before. */
void lists_take_back(struct prune_lists *l);
void lists_discard(struct prune_lists *l);
