/* levels - what prune would make of each level that was not chosen, to the byte.
 *
 * A level is surveyed as --dry-run does it: RECORD is rewritten to what that level keeps, stale
 * bytecode left out. What the chosen layer's making has found out counts too: what was compiled, and
 * the size of libraries that were stripped. Where a level has more to compile or to strip than that,
 * its cost is not exact, and says so.
 */
#pragma once

#include "cmd/prune_content.h"
#include "plan/choices.h"

struct levels_work {
	const struct prune_content *content; /* of the chosen level; NULL: prune's defaults */
	bool made;                           /* it was made, not only surveyed */
	const struct traces *traces;
	const struct plan *chosen;
};

/* A level_survey (plan/choices.h); `work` is a levels_work. */
bool levels_survey(void *work, const struct plan *at, struct shipped *ret, bool *exact);
