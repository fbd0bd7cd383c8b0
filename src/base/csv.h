/* csv - records of comma-separated values (RFC 4180), as a wheel's RECORD has them (PEP 376).
 *
 * Hostile input: NULs are ordinary bytes; a quoted field may hold line ends, but a quote that is
 * not closed within CSV_QUOTED_MAX bytes opens nothing, so that it swallows no records behind it
 * and reading takes linear time.
 */
#pragma once

#include "base/buf.h"

#include <stdbool.h>

#define CSV_QUOTED_MAX 8192

struct csv {
	const char *p, *end; /* what is still to be read; both NULL: nothing */
};

/* The next record without its line end, as part of the text; false at the end. */
bool csv_next(struct csv *in, const char **record, size_t *len);
/* The length of a record's first field as it stands there; its value is added to *ret. */
size_t csv_first(const char *record, size_t len, struct buf *ret);
