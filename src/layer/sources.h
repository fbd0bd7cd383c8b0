/* sources - the facts of the Python sources under the roots, read and scanned on all cores.
 *
 * Fills `facts` of every *.py in the inventory, and `text` of *.pth files. Of strings only those
 * are kept that could name something: a base name or a stem under the roots, or a group of entry
 * points. A source that is too long to be scanned is called invalid, not an error. Errors: what
 * reading gave.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"

#define SOURCE_MAX ((uint64_t)64 << 20)

/* jobs 0: one for each core. */
int sources_scan(struct inventory *inv, unsigned jobs, struct error *e);
