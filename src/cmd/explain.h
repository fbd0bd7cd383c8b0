/* explain - what `explain` knows of a path, and its two forms: text and JSON.
 *
 * Everything refers to the case file, which must outlive it. Files of the tree are read for the lines
 * that reasons name; one that cannot be read any more shows no line.
 */
#pragma once

#include "base/buf.h"
#include "cmd/layer_input.h"
#include "plan/chain.h"
#include "plan/shipped.h"

struct json;

/* What decides, read once. */
struct case_file {
	struct layer_input *in;
	struct traces traces;
	struct inventory inv;
	struct plan plan;
	struct shipped shipped;
	struct repaired_list other; /* beside layer.zip, and not asked for with --repaired */
};

/* Of a chain that is longer, the steps in the middle are only counted. */
#define CHAIN_HEAD 48
#define CHAIN_TAIL 16

/* --- evidence --------------------------------------------------------------------------------- */

/* One line of an entry's text, without blanks around it, 200 bytes at most; NULL when there is none.
 * The caller frees. */
char *evidence_line(const struct case_file *c, size_t root, size_t i, uint32_t line);
/* The line that a step's reason stands on: in the text of who asked, or of the entry itself. */
char *evidence_source(const struct case_file *c, const struct chain_step *step);

struct touch {
	const char *name; /* of the trace's file */
	const struct trace *trace;
	const struct trace_file *file;
};
/* The k-th trace's touch of an entry; false when it has none. */
bool evidence_touch(const struct case_file *c, size_t k, size_t root, size_t i, struct touch *ret);
/* What a process was: what it executed, or who it was forked from; "?" when the trace does not know. */
const char *evidence_exe(const struct trace *t, int32_t pid);
/* Its parent in the run, or 0. */
int32_t evidence_parent(const struct trace *t, int32_t pid);

/* An import of the entry that only --provides makes good, or NULL. */
const struct fact *evidence_provided(const struct case_file *c, size_t root, size_t i);
/* Names that are not installed and whose presence on the target (--provides) would keep a removed
 * entry: "a,b" in *out; nothing when they would not. Decides anew for each name. */
void evidence_provides(const struct case_file *c, size_t root, size_t i, struct buf *out);
/* The levels that would keep a removed entry: from this one on; SAFETY_ALL: only that. */
enum safety evidence_level(const struct case_file *c, size_t root, size_t i);

/* The line of that other list that names an entry, or NULL. */
const struct repaired *evidence_repaired(const struct case_file *c, size_t root, size_t i);
/* Whether a cause of a kept entry is a reason at the level that was chosen. */
bool evidence_applies(const struct case_file *c, const struct cause *why);

/* --- the answers ------------------------------------------------------------------------------ */

void explain_text(const struct case_file *c, size_t root, size_t i);
/* A new object, which the caller frees. */
struct json *explain_json(const struct case_file *c, size_t root, size_t i);
