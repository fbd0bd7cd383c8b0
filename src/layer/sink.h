/* sink - an output that is written in small pieces and seeks a little: kept together in memory.
 *
 * libzip writes 8 KiB at a time and goes back to each local header when it has written the data.
 * What lies within the last SINK_BYTES is changed in memory; so a small archive is one write.
 * Errors: -errno of what writing gave; after one, the sink's content is not to be relied on.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SINK_BYTES ((size_t)1 << 20)

struct sink {
	int fd; /* the owner's; used by offset only */
	char *data;
	uint64_t base; /* offset of data in the file */
	size_t len;    /* bytes in data */
	uint64_t at;   /* where the next write goes */
	uint64_t size; /* of the whole output */
};

void sink_open(struct sink *s, int fd);
int sink_write(struct sink *s, const void *data, size_t len);
/* Anywhere from 0 to the size. */
int sink_seek(struct sink *s, uint64_t to);
int sink_flush(struct sink *s);
void sink_free(struct sink *s);
