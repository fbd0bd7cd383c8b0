/* looks - type and size of the files that a run has touched.
 *
 * Asking for thousands of files takes longer than anything else at the end of a recording. So each
 * is looked at when the run is first heard to have touched it, beside the run, and at the end again
 * only what may be something else by then: what was not there (or is of /proc, where processes come
 * and go), what the run has written, removed or renamed, what is the same file under another name,
 * and everything once a directory has moved.
 */
#pragma once

#include "trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct look {
	dev_t dev;
	ino_t ino; /* 0: not looked at, or nothing was there */
};

struct looks {
	struct look *items; /* of each file */
	size_t n, cap;
	bool moved; /* a directory has got another name */
};

/* Looks at the next file; to be called for each of them, in their order. */
void looks_next(struct looks *l, struct trace_file *f);

/* The same at the end, for those that have to be. The files in that order, all of them. */
void looks_settle(struct looks *l, struct trace_file *files);

void looks_free(struct looks *l);
