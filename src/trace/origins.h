/* origins - which files the run itself has made.
 *
 * Each file keeps how its first record says it came to its path. Whether the run has made it follows
 * at the end, in the order of those records' own times: some of them arrive late.
 */
#pragma once

#include "base/strmap.h"
#include "trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct origin {
	bool made;   /* that call made it */
	size_t from; /* that call moved it from there: index into the files, or SIZE_MAX */
};

#define ORIGIN_FOUND ((struct origin){.from = SIZE_MAX})
#define ORIGIN_MADE  ((struct origin){.made = true, .from = SIZE_MAX})

/* Sets `created` of the files: what was made, what was moved from something made, and what lies in a
 * directory that had been made by then. `by_path` gives their indices. */
void origins_settle(const struct origin *origins, struct trace_file *files, size_t n,
		    const struct strmap *by_path);
