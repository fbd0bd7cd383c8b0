/* mem - memory that cannot fail, and cleanup at the end of a scope.
 *
 * Out of memory ends the program with mem_exit_code (outputs are written beside their target and
 * renamed, so nothing is lost). Every value that leaves a scope goes through TAKE_PTR or TAKE_FD,
 * so that a reader can check one function for leaks without reading its callees.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* 2 unless a command has another code for its own failure. */
extern int mem_exit_code;

void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
/* Array of n elements of `size` bytes; checks the multiplication. */
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
/* All n bytes, zeroes too (where xstrndup stops), and a NUL behind them. */
char *xmemdup(const void *data, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Makes room for one more element: doubles *cap when *cap == n. Returns the (moved) array. */
void *array_grow(void *array, size_t n, size_t *cap, size_t size);

/* Says that n bytes from p on are about to be filled: large ones in large pages, which takes a fault
 * each two megabytes. A hint; nothing depends on it. */
void mem_prepare(void *p, size_t n);

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLEANUP_FREE  __attribute__((cleanup(cleanup_free)))
#define CLEANUP_CLOSE __attribute__((cleanup(cleanup_close)))

#define TAKE_PTR(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})
#define TAKE_FD(fd)                \
	({                         \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
