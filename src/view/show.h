/* show - a summary for people (tables) and for programs (JSON).
 *
 * MB is 10^6 bytes throughout, as Lambda's and pip's own figures are.
 */
#pragma once

#include "plan/summary.h"

#include <stdio.h>

/* AWS Lambda's quotas: function and all layers unzipped, and a zip that is uploaded directly. */
#define LAMBDA_UNZIPPED UINT64_C(262144000)
#define LAMBDA_ZIPPED   UINT64_C(52428800)

/* The `top` largest groups, one line for the rest, and the sum. */
void show_groups(const char *title, const struct group_amount *list, size_t n, size_t top,
		 const struct summary *sum, FILE *out);
void show_amounts(const char *title, const char *const *names, const struct amount *amounts,
		  size_t n, FILE *out);
/* Lambda's limits as bars, and how much room is left. */
void show_limits(const struct summary *s, uint64_t zip_bytes, FILE *out);
/* What each category of removed files took away, one after the other. */
void show_steps(const struct summary *s, FILE *out);
void show_reasons(const struct summary *s, FILE *out);
/* zip_bytes 0: no archive was written. */
void show_totals(const struct summary *s, uint64_t zip_bytes, FILE *out);

struct json;
/* {"files", "bytes"}, and a group with what it keeps, for documents. The caller owns them. */
struct json *show_amount_json(const struct amount *a);
struct json *show_group_json(const struct group_amount *g);

/* The document of a summary: total, kept, reasons, removed, packages, zip_bytes. The caller owns
 * it. */
struct json *show_summary_json(const struct summary *s, uint64_t zip_bytes);

/* A progress bar on a terminal, for work that takes longer than a second; nothing elsewhere. */
struct progress {
	const char *what;
	int64_t start_ns, last_ns;
	bool shown;
};

void progress_start(struct progress *p, const char *what);
/* The signature of layer_progress.update, with the progress as ctx. */
void progress_update(void *progress, uint64_t done, uint64_t total);
void progress_end(struct progress *p);
