/* verify - what came out of running commands on a layer, for people and for programs.
 *
 * Nothing here depends on time, process numbers or where temporary files lay.
 */
#pragma once

#include "plan/missed.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Where two outputs first differ. */
struct difference {
	bool differs;
	uint64_t line;          /* from 1 */
	char *original, *layer; /* that line, shortened; NULL: the output has ended */
};

struct verify_job {
	const char *name, *command; /* command: as one line */
	int was, now;               /* exit codes, 128 + n for signal n */
	struct missed_list missed;
	struct difference output;
	char *last_line; /* of standard error on the layer, where the run failed; or NULL */
	struct listing *listings; /* where a difference has no other explanation */
	size_t n_listings;
	char *unsteady; /* a sentence: the original does not agree with itself; or NULL */
	bool passed;
};

struct verify_addition {
	char *name, *reason, *why;
	uint64_t bytes;
};

struct verify_report {
	const char *layer;
	const struct inventory *original;
	struct verify_job *jobs;
	size_t n_jobs;
	struct verify_addition *additions; /* by --repair, sorted by name */
	size_t n_additions, rounds;        /* rounds: layers written */
	uint64_t layer_bytes, zip_bytes;   /* of the layer as it is now; zip 0: a directory */
	char **notes;                      /* sentences: what could not be watched */
	size_t n_notes;
	bool repair, passed;
};

/* `top` missed files of each command and additions at most; the rest is counted. */
void verify_show(const struct verify_report *r, size_t top, FILE *out);
void verify_show_json(const struct verify_report *r, FILE *out);
