/* prune_fit - prune --fit: the safest layer under a limit, as written.
 *
 * plan/fit decides by the bytes of the tree; what a layer weighs is known when it is prepared
 * (bytecode that is compiled, symbols that go, compression). Where that is too much it is decided
 * and prepared again with less room, a few times.
 */
#pragma once

#include "cmd/prune_write.h"
#include "plan/fit.h"

struct fit_limits {
	uint64_t bytes; /* of content; 0: no limit was given */
	uint64_t zip;   /* of the archive; 0: none */
};

/* "SIZE", "SIZE,ZIPSIZE" or "lambda". */
bool fit_parse(const char *value, struct fit_limits *ret);

struct fit_work {
	struct fit_limits limits;
	bool dry_run; /* only decide: the archive's size is not looked at */
	const struct layer_output *output;
	const struct traces *traces;
	const struct inventory *inv;
	const struct plan_options *opt;
};

/* Decides and prepares (or with dry_run surveys). The results are the caller's, and zero before. ENOSPC:
 * it cannot be done; the message says by how much. */
int fit_prepare(const struct fit_work *w, struct fit *fit, struct plan *plan, struct layer *layer,
		struct error *e);
