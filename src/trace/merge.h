/* merge - the union of traces: several workloads, test shards, machines.
 *
 * The order of the inputs does not matter, and a trace given twice counts once. What cannot be
 * one trace is an error (EINVAL) that says so and what to do: other processors, other CPythons
 * (their bytecode and extension modules are not each other's), the same package in different
 * places, two versions of one package file. Merged is: files (what was done to them is added up;
 * made by the run only if each run made it), misses, processes (numbered anew), losses; the command
 * is `importtrace merge -- CMD…` with each command as one word, the ending that of the worst.
 */
#pragma once

#include "base/error.h"
#include "trace.h"

/* FROM=TO: paths below `from` are taken for paths below `to`. */
struct merge_map {
	char *from, *to; /* absolute, clean */
};

/* `names` are the traces' files, for messages. The inputs are only read, but for their paths when
 * there is a map. The caller frees *ret. */
int traces_merge(struct trace *list, const char *const *names, size_t n,
		 const struct merge_map *maps, size_t n_maps, struct trace *ret, struct error *e);
