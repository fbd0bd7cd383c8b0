/* tracemap - where a traced path is in a layer that lies elsewhere.
 *
 * A trace names the files of the tree that was recorded, perhaps on another machine; the layer
 * holds them under a prefix. Without --root DIR[=PREFIX] the traced tree is found by voting: the
 * directory below which most traced files have a counterpart in one of the layer's site
 * directories.
 */
#pragma once

#include "base/error.h"
#include "plan/plan.h"
#include "trace.h"

struct tracemap_pair {
	char *dir;    /* of the trace, without trailing '/' */
	char *prefix; /* of the layer, "" for its top */
};

struct tracemap {
	struct tracemap_pair *list;
	size_t n;
};

#define CLEANUP_TRACEMAP __attribute__((cleanup(tracemap_free)))

/* EINVAL when no directory of the trace fits the layer. `roots` may be empty. */
int tracemap_make(const struct trace *traces, size_t n_traces, const struct plan *survey,
		  const char *const *roots, size_t n_roots, struct tracemap *ret, struct error *e);
/* The layer's path of a traced one, NULL when it is of no root. The caller frees. */
char *tracemap_path(const struct tracemap *m, const char *traced);
void tracemap_free(struct tracemap *m);
