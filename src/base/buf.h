/* buf - a growable run of bytes.
 *
 * Zero-initialise ({0}) before use. `data` is NUL-terminated whenever it is not NULL, the NUL not
 * counted in `len`, so text can be used as a C string. The owner calls buf_free (or CLEANUP_BUF).
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len; /* bytes in use */
	size_t cap; /* bytes allocated */
};

#define CLEANUP_BUF __attribute__((cleanup(buf_free)))

void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_addstr(struct buf *b, const char *s);
void buf_addch(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_truncate(struct buf *b, size_t len);
/* Gives the bytes to the caller (who frees them) and leaves the buffer empty; never NULL. */
char *buf_take(struct buf *b);
void buf_free(struct buf *b);
