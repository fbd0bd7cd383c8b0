/* tracefile - trace.json in and out (docs/trace-format.md).
 *
 * Reading accepts only a whole, well-formed trace of the known schema and version; it sorts
 * nothing and trusts nothing: an entry out of order, doubled, with a relative path or with a
 * number out of range is an error that names the entry. Errors: EINVAL (not a trace), EPROTO (a
 * trace of another version), EFBIG (over TRACE_FILE_MAX bytes), or what open and read gave.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "trace.h"

#define TRACE_FILE_MAX ((size_t)1 << 30)

#define CLEANUP_TRACE __attribute__((cleanup(trace_free)))

/* Reads the trace at `path` into *ret, which the caller frees with trace_free. */
int trace_read(const char *path, struct trace *ret, struct error *e);
/* The same from memory. */
int trace_parse(const char *text, size_t len, struct trace *ret, struct error *e);
/* Appends the document: one file, miss and process per line, so that it can be diffed. */
void trace_format(const struct trace *t, struct buf *out);
/* The file with this path, or NULL; binary search. */
const struct trace_file *trace_find(const struct trace *t, const char *path);
void trace_free(struct trace *t);
