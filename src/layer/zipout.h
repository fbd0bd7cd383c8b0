/* zipout - members into a zip (libzip's only room is layer/zip*.c).
 *
 * The same members give the same bytes, whatever the cores, umask, time zone, locale and libzip's
 * own clock: names in bytewise order, times from SOURCE_DATE_EPOCH or 1980-01-01 in UTC, modes
 * normalised, no extra fields. Data is compressed beforehand (layer/deflate) and copied by libzip
 * as it is: a source whose ZIP_SOURCE_STAT reports method, sizes and CRC is not recompressed.
 * Format: APPNOTE.TXT 6.3.10.
 */
#pragma once

#include "base/error.h"
#include "base/files.h"
#include "layer/deflate.h"
#include "layer/member.h"

#include <stdint.h>

struct zip_options {
	int level;     /* DEFLATE_LEVEL_MIN … MAX */
	unsigned jobs; /* 0: one for each core */
	struct layer_progress progress;
	struct deflate_pool *early; /* what was begun with before, or NULL (layer/deflate.h) */
};

/* Writes the archive into an open outfile, which the caller commits. *bytes is its size. An empty
 * list is an error (EINVAL): an archive without members is none. */
int zip_write(const struct members *m, const struct zip_options *opt, struct outfile *out,
	      uint64_t *bytes, struct error *e);
