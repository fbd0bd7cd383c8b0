/* deflate - the contents of members, compressed on all cores (libdeflate), in order.
 *
 * Workers run ahead of the consumer by at most DEFLATE_AHEAD bytes of content in hand and results,
 * and begin nothing while DEFLATE_RESULTS bytes of results wait, less those of large members that
 * were begun before their turn. The consumer takes the members one by one, in any order, each once,
 * and compresses one itself when no worker has begun it. Members beyond DEFLATE_AHEAD are none of this
 * pool's: layer/bigdeflate streams them. What does not get smaller is given as it is. The result
 * depends on content and level alone, never on the number of workers.
 *
 * Memory: contents and results of DEFLATE_AHEAD bytes of content, DEFLATE_RESULTS, and one member for
 * each worker where a transformation makes it from another file. A member that nobody has begun
 * costs a pointer.
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"

#include <stdbool.h>
#include <stdint.h>

#define DEFLATE_AHEAD         ((uint64_t)48 << 20)
#define DEFLATE_RESULTS       ((uint64_t)8 << 20)
#define DEFLATE_LEVEL_MIN     1
#define DEFLATE_LEVEL_MAX     12
#define DEFLATE_LEVEL_ZOPFLI  13 /* the smallest of libdeflate's 12 and Zopfli */
#define DEFLATE_LEVEL_DEFAULT 7

struct deflated {
	unsigned char *data; /* raw deflate (RFC 1951) or as it is; valid until deflate_release */
	size_t len;
	uint64_t size; /* of the content */
	uint32_t crc;  /* CRC-32 of the content */
	bool stored;   /* deflate would not have made it smaller */
};

/* Whether a member is too large for memory and is streamed instead. */
bool deflate_is_big(const struct member *m);

struct deflate_pool;

/* jobs 0: one for each core; from level 10 on no more than that. The members must outlive the pool.
 * `early` (may be NULL) is a pool of the same level that began with files before it was known what else
 * is wanted: it is halted, and what it has made of a file that is a member here as it is need not be
 * made again. */
struct deflate_pool *deflate_start(const struct members *m, int level, unsigned jobs,
				   struct deflate_pool *early);
/* Waits for member i. On an error *e is set. */
int deflate_take(struct deflate_pool *p, size_t i, struct deflated *ret, struct error *e);
/* Member i has been written. */
void deflate_release(struct deflate_pool *p, size_t i);
/* Stops the workers and frees everything. */
void deflate_stop(struct deflate_pool *p);
