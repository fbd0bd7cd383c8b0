/* verify_session - the commands of one verify, from their runs on the original to the verdict.
 *
 * First each command runs on the original: that gives the exit codes, the output and, where no
 * root is given, the roots. Then rounds: each command runs on the layer; with --repair what all of
 * them missed is added at once, and the next round begins with the layer as it was written. A
 * command counts as passed only by a run on the layer as it is in the end.
 */
#pragma once

#include "cmd/layer_input.h"
#include "cmd/verify_repair.h"
#include "cmd/verify_run.h"
#include "view/verify.h"

struct verify_options {
	const char *layer, *output; /* output NULL: in the layer's place */
	struct layer_input input;   /* its roots */
	const char *manifest;       /* to be kept up to date, or NULL */
	const char *user;
	bool as_root, same_output, repair;
};

struct job {
	char *name, *text;
	char *who;   /* for reasons: the command, with its name if it has one */
	char **argv; /* NULL-ended */
	bool shell;  /* argv is ours */
	bool asked_again;
	struct outcome was;
	struct verify_job told;
};

struct session {
	const struct verify_options *opt;
	struct job *jobs;
	size_t n_jobs;
	struct scratch scratch;
	struct traces traces; /* those of the jobs' runs on the original; not owned */
	struct inventory original, layer;
	char *path;     /* of the layer as it is now */
	char *unpacked; /* a directory that holds it */
	struct repair repair;
	char **notes;
	size_t n_notes;
	struct verify_job *told; /* for the report */
	bool passed, unsteady;   /* unsteady: a command that gives no answer to compare with */
};

#define CLEANUP_SESSION __attribute__((cleanup(session_free)))

/* One command (not copied). */
void session_command(struct session *s, char **argv);
/* Those of a file. EINVAL names the line that is wrong. */
int session_matrix(struct session *s, const char *file, struct error *e);
int session_run(struct session *s, const struct verify_options *opt, struct error *e);
/* The report points into the session. */
void session_report(struct session *s, struct verify_report *ret);
void session_free(struct session *s);
