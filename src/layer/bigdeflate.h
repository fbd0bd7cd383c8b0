/* bigdeflate - one member of any size, compressed on all cores from bounded buffers (zlib).
 *
 * libdeflate wants a whole content in memory. A member that is too large for that is cut into
 * pieces of BIG_PIECE bytes; each is compressed with the 32 KiB before it as a dictionary and ends
 * on a byte, so that the results in a row are one deflate stream (as pigz makes them). The bytes
 * depend on content and level alone: the pieces do not depend on the number of threads.
 *
 * Memory: about 2.3 MiB a thread, at most BIG_THREADS of them.
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"

#include <stdint.h>
#include <sys/types.h>

#define BIG_PIECE   ((size_t)1 << 20)
#define BIG_THREADS 16

struct bigdeflate;

/* level as in layer/deflate; jobs 0: one for each core. NULL and *e set on an error. */
struct bigdeflate *bigdeflate_open(const struct member *m, int level, unsigned jobs,
				   struct error *e);
/* The next compressed bytes: 0 at the end, or -errno. */
ssize_t bigdeflate_read(struct bigdeflate *b, void *to, size_t n, struct error *e);
/* CRC-32 of the content; after the end. */
uint32_t bigdeflate_crc(const struct bigdeflate *b);
void bigdeflate_close(struct bigdeflate *b);
