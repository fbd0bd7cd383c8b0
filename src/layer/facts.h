/* facts - what checks want to know of a root's contents, read on all cores.
 *
 * Fills what decisions read of a zip's entries (elf and text: see struct entry), and looks at
 * bytecode.
 * With `all` every content of a zip is read, so that damage anywhere is found, and hash-based
 * bytecode is compared with its source; without, only what is needed is read. The result does not
 * depend on the number of threads. The largest come first, so that no thread waits for another's
 * last one. Errors: what content_read gave, of the first entry that failed.
 */
#pragma once

#include "base/error.h"
#include "plan/bytecode.h"

#include <stdbool.h>

/* Contents larger than this are read piece by piece. */
#define FACTS_WHOLE_MAX ((size_t)64 << 20)

struct facts_options {
	bool all;
	bool no_bytecode; /* *ret stays empty: for those who only compare sizes */
	unsigned jobs;    /* 0: one for each core */
};

/* Root r of the inventory: a zip read without facts, or a directory (tree_read fills its elf and
 * text). Appends to *ret. */
int facts_read(struct inventory *inv, size_t r, const struct facts_options *opt,
	       struct bytecodes *ret, struct error *e);
