/* facts - what checks want to know of a root's contents, read on all cores.
 *
 * Fills what decisions read of a zip's entries (elf and text: see struct entry), and looks at
 * bytecode. The result does not depend on the number of threads. The largest come first, so that
 * no thread waits for another's last one, and they come while the caller goes on: it has the texts
 * when facts_start returns, and must not look at `elf` before facts_finish.
 */
#pragma once

#include "base/error.h"
#include "plan/bytecode.h"

/* Contents larger than this are read piece by piece. */
#define FACTS_WHOLE_MAX ((size_t)64 << 20)

enum facts_depth {
	FACTS_SIZES,  /* texts, and of native files that they are some (elf without names) */
	FACTS_NEEDED, /* what rules look into: native files as a whole, heads of bytecode */
	FACTS_ALL,    /* every content of a zip, so that damage anywhere is found, and hash-based
		       * bytecode is compared with its source */
};

struct facts_options {
	enum facts_depth depth;
	unsigned jobs; /* 0: one for each core */
};

struct facts_job;

/* Root r of the inventory: a zip read without facts, or a directory (tree_read fills its elf and
 * text). Neither may move or be freed before facts_finish, which must be called. */
struct facts_job *facts_start(struct inventory *inv, size_t r, const struct facts_options *opt);
/* Waits, and appends to *ret. Errors: what content_read gave, of the first entry that failed. */
int facts_finish(struct facts_job *job, struct bytecodes *ret, struct error *e);

/* Reads one native file of a zip as a whole: ent->elf anew, with names. */
int facts_native(const struct inventory_root *root, struct entry *ent, struct error *e);
