/* verify_repair - the layer written anew with what was missed.
 *
 * Bytecode of what is added follows what the layer has: made valid for good where the layer has
 * bytecode, left out where it has none, in the place of the source where it is so. RECORD files of
 * the distributions concerned list what is added. Beside the layer, layer.repaired.tsv says of
 * each added file why it is there, and layer.removed.tsv loses it.
 */
#pragma once

#include "cmd/layer_input.h"
#include "plan/missed.h"
#include "view/verify.h"

struct repair {
	const struct inventory *original;
	const struct traces *traces;       /* of the runs on the original */
	const char *output;                /* a zip, or with a trailing '/' a directory */
	struct verify_addition *additions; /* of all rounds */
	size_t n_additions, rounds;
};

/* Writes the layer with what is missed and what belongs to it. `texts[k]` says who missed
 * missed->list[k]. *added is how many files came in; 0: nothing was written. */
int repair_write(struct repair *r, const struct inventory *layer, const struct missed_list *missed,
		 char *const *texts, size_t *added, struct error *e);
void repair_free(struct repair *r);
