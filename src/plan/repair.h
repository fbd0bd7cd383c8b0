/* repair - what is added to a layer for what was missed: the missed entries of the original, with
 * reason `repaired`, and what belongs to them by the rules that every layer follows (source and
 * bytecode, __init__.py, symlinks, needed libraries, metadata). No I/O.
 */
#pragma once

#include "plan/missed.h"
#include "plan/plan.h"

/* Fills a plan over the original, which the caller frees: what is kept and not yet in the layer is
 * to be added, and a RECORD's rewrite lists what the layer then has. `layer` has one root, whose
 * paths are the names. `texts[k]` (may be NULL) says of missed->list[k] who missed it. */
void repair_plan(const struct inventory *original, const struct inventory *layer,
		 const struct missed_list *missed, char *const *texts, struct plan *ret);
/* Whether the layer has this entry of the original. */
bool repair_present(const struct inventory *original, const struct inventory *layer, size_t root,
		    size_t i);
