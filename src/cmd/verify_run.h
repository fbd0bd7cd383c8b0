/* verify_run - one command, run and traced twice: on the original, and on the layer in its place.
 *
 * Both runs get the same: no standard input but a file's, standard output and error into files
 * below the scratch directory, the same environment and directory. The trees are read-only in the
 * layer's run, and in the original's where the roots are known beforehand.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"
#include "trace.h"
#include "trace/child.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How a layer comes into the place of the original. */
enum placing {
	PLACING_MOUNT, /* in a mount namespace of verify's own */
	PLACING_USER,  /* without the right to that: in one that the command's process makes, with a
			* user namespace */
	PLACING_PATHS, /* without either: by PYTHONPATH; a run that reached the original all the same
			* is an error */
};

/* What verify works with, made once. */
struct scratch {
	char *dir; /* removed at the end, also when we are killed */
	struct janitor *janitor;
	struct identity id;
	off_t input; /* where standard input stood, -1 when it is no file */
	int null;
	size_t ring_bytes;
	enum placing placing;
};

#define CLEANUP_SCRATCH __attribute__((cleanup(scratch_close)))

int scratch_open(struct scratch *s, struct error *e);
void scratch_close(struct scratch *s);

struct outcome {
	struct trace trace;
	int exit_code; /* 128 + n for signal n */
	bool absent;   /* it could not be started: 126 or 127 */
	int out, err;  /* what it wrote; -1 before it ran */
	char **asked;  /* resolved paths that the run looked up in vain and that exist now */
	size_t n_asked;
	char **listed; /* directories below the roots that it listed, in terms of the original */
	size_t n_listed;
};

#define OUTCOME_NONE                 \
	{                            \
		.out = -1, .err = -1 \
	}

/* Runs it with what `original` (may be NULL: not known) says read-only in its own place. ECANCELED
 * when it was interrupted. A trace that is not complete is an error. */
int run_original(struct scratch *s, char **argv, const struct inventory *original,
		 struct outcome *ret, struct error *e);
/* Runs it with the tree `layer` (a directory) in the place of the original's roots, with the
 * witness in the Pythons that the other run used. */
int run_layer(struct scratch *s, char **argv, const struct inventory *original, const char *layer,
	      const struct trace *was, struct outcome *ret, struct error *e);
void outcome_free(struct outcome *o);
/* Whether the run used a Python that the witness can be added to. */
bool outcome_has_witness(const struct trace *was);
