/* read_sources - Python sources that a run read though it had their bytecode.
 *
 * With valid bytecode CPython opens only the pyc. A program that opens the source as well reads its
 * text: inspect.getsource, linecache, a reader of its own. Where the bytecode was missing or stale
 * this cannot be told, and such a source is not named here.
 */
#pragma once

#include "base/strmap.h"
#include "trace.h"

/* Adds their absolute paths to the set. */
void read_sources_find(const struct trace *t, struct strmap *ret);
