/* report - a layer or a plan as a document: JSON, ncdu's import format, one HTML page, and tables.
 *
 * With `decided` each file carries why it is kept or removed; without, the plan kept everything
 * (level all) and each file is shown by its category. Nothing here looks at a file system. The
 * JSON document is described in docs/report.md; the page carries the same document.
 */
#pragma once

#include "base/buf.h"
#include "plan/choices.h"

#include <stdio.h>

struct report {
	const char *title;
	const struct plan *plan;
	const struct summary *summary;
	const struct choices *choices; /* NULL: none to tell */
	bool decided;
	uint64_t zip_bytes; /* of the archive as a whole; 0: none */
};

void report_json(const struct report *r, struct buf *out);
void report_html(const struct report *r, struct buf *out);
/* ncdu -f, format version 1.2: what is kept, as a tree of asize. https://dev.yorhel.nl/ncdu/jsonfmt */
void report_ncdu(const struct report *r, struct buf *out);
/* In colours where `out` is a terminal (view/colour.h). */
void report_text(const struct report *r, FILE *out);

/* --- for the formats -------------------------------------------------------------------------- */

/* What became of an entry, as one word; *kept (may be NULL) says which list it is from. */
const char *report_decision(const struct report *r, size_t root, size_t i, bool *kept);
/* Kept without a decision of its own, a file is named by what it is. */
const char *report_content(enum category c);
/* Where a file lies in the layer. The caller frees. */
char *report_path(const struct report *r, size_t root, size_t i);
/* A sentence on the main reason's cause, or NULL. The caller frees. */
char *report_why(const struct report *r, size_t root, size_t i);
