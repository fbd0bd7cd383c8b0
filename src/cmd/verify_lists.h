/* verify_lists - the lists beside a layer after a repair.
 *
 * layer.repaired.tsv: path, bytes, reason and why of each file that was added, of this repair and
 * of those before it. layer.removed.tsv, where there is one, loses the lines of what was added.
 * Lines are sorted bytewise by path, and their text is escaped as in layer.removed.tsv.
 */
#pragma once

#include "cmd/verify_repair.h"

/* `layer` is the path of the repaired layer, and `from` that of the one it was made from. */
int repair_lists_write(const struct repair *r, const char *from, const char *layer,
		       struct error *e);
