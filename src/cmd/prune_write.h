/* prune_write - a plan into a layer: its kept entries as members, written as a zip or a directory.
 *
 * Errors: an output that cannot be had or lies inside a root (EINVAL), two roots that hold one
 * name (EEXIST), a source that is not what was decided on any more, what writing gave. On an
 * error nothing has been written. Everything that can fail is in layer_prepare, but for a rename.
 */
#pragma once

#include "base/error.h"
#include "base/files.h"
#include "cmd/prune_content.h"
#include "layer/dirout.h"
#include "plan/shipped.h"

struct layer_output {
	const char *path; /* a zip, or with a trailing '/' a directory */
	int level;        /* DEFLATE_LEVEL_MIN … MAX */
	unsigned jobs;    /* 0: one for each core */
	struct prune_content *content;
	struct deflate_pool *early; /* files that are compressed while it is decided, or NULL */
};

/* Whether that output is a directory: by a '/' at its end. */
bool layer_is_directory(const char *output);
/* Whether the layer may be written there: its directory exists, outside all roots (it would become
 * part of the next layer). */
int layer_check_output(const char *output, const struct inventory *inv, struct error *e);
/* Appends an entry as a member, under its place in the layer; sockets and the like are none. */
void layer_add_member(struct members *m, const struct inventory_root *root,
		      const struct entry *ent);

/* A layer that is written and not yet in its place. */
struct layer {
	struct outfile zip;
	struct dirout dir;
	uint64_t zip_bytes; /* of the archive; 0 for a directory */
	struct shipped shipped;
};

#define LAYER_NONE                   \
	{                            \
		.zip = OUTFILE_NONE, \
	}
#define CLEANUP_LAYER __attribute__((cleanup(layer_discard)))

int layer_prepare(const struct layer_output *o, const struct traces *traces, const struct plan *p,
		  struct layer *ret, struct error *e);
/* Prepares it, or with dry_run surveys it; p->shipped is then what came of it. */
int layer_make(const struct layer_output *o, bool dry_run, const struct traces *traces,
	       struct plan *p, struct layer *ret, struct error *e);
int layer_commit(struct layer *l, struct error *e);
void layer_discard(struct layer *l);
/* Only what the layer would hold, without compiling what is missing and without stripping. */
int layer_survey(struct prune_content *c, const struct traces *traces, const struct plan *p,
		 struct shipped *ret, struct error *e);
/* The same with prune's defaults. */
int layer_survey_default(const struct traces *traces, const struct plan *p, struct shipped *ret,
			 struct error *e);
