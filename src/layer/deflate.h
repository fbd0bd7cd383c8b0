/* deflate - the contents of members, compressed on all cores (libdeflate), in order.
 *
 * Workers run ahead of the consumer by at most DEFLATE_AHEAD bytes of content; the consumer takes
 * the members one by one, in any order, and compresses one itself when no worker has begun it.
 * The result depends on content and level alone, never on the number of workers.
 */
#pragma once

#include "base/error.h"
#include "layer/member.h"

#include <stdint.h>

#define DEFLATE_AHEAD         ((uint64_t)64 << 20)
#define DEFLATE_LEVEL_MIN     1
#define DEFLATE_LEVEL_MAX     12
#define DEFLATE_LEVEL_DEFAULT 7

struct deflated {
	unsigned char *data; /* raw deflate (RFC 1951); valid until deflate_release */
	size_t len;
	uint64_t size; /* of the content */
	uint32_t crc;  /* CRC-32 of the content */
};

struct deflate_pool;

/* jobs 0: one for each core. The members must outlive the pool. */
struct deflate_pool *deflate_start(const struct members *m, int level, unsigned jobs);
/* Waits for member i. On an error *e is set. */
int deflate_take(struct deflate_pool *p, size_t i, struct deflated *ret, struct error *e);
/* Member i has been written. */
void deflate_release(struct deflate_pool *p, size_t i);
/* Stops the workers and frees everything. */
void deflate_stop(struct deflate_pool *p);
