#include "cmd/verify_output.h"

#include "base/mem.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE     ((size_t)1 << 16)
#define SHOWN_MAX 160 /* bytes shown of a line */

static ssize_t read_at(int fd, char *to, uint64_t at)
{
	size_t have = 0;
	ssize_t n = 1;

	while (have < PIECE && n > 0) {
		n = pread(fd, to + have, PIECE - have, (off_t)(at + have));
		if (n > 0)
			have += (size_t)n;
	}
	return n < 0 ? -errno : (ssize_t)have;
}

/* The line that begins at this offset; NULL behind the end. */
static char *line_at(int fd, uint64_t at)
{
	CLEANUP_FREE char *piece = xmalloc(PIECE);
	ssize_t n = read_at(fd, piece, at);
	size_t len = 0;

	if (n <= 0)
		return NULL;
	while (len < (size_t)n && len < SHOWN_MAX && piece[len] != '\n' && piece[len])
		len++;
	return len == SHOWN_MAX ? xasprintf("%.*s…", (int)len, piece) : xstrndup(piece, len);
}

static size_t common(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (i < n && a[i] == b[i])
		i++;
	return i;
}

int output_compare(int original, int layer, struct difference *ret, struct error *e)
{
	CLEANUP_FREE char *a = xmalloc(PIECE), *b = xmalloc(PIECE);
	uint64_t at = 0, line = 1, begin = 0;
	ssize_t n, m;
	size_t same;

	do {
		n = read_at(original, a, at);
		m = read_at(layer, b, at);
		if (n < 0 || m < 0)
			return error_errno(e, (int)(n < 0 ? -n : -m),
					   "cannot read what the command wrote");
		same = common(a, b, (size_t)(n < m ? n : m));
		for (size_t i = 0; i < same; i++)
			if (a[i] == '\n') {
				line++;
				begin = at + i + 1;
			}
		at += same;
	} while (same && same == (size_t)n && n == m);
	if (n == m && same == (size_t)n)
		return 0;
	*ret = (struct difference){.differs = true,
				   .line = line,
				   .original = line_at(original, begin),
				   .layer = line_at(layer, begin)};
	return 0;
}

void difference_free(struct difference *d)
{
	free(d->original);
	free(d->layer);
	*d = (struct difference){0};
}

char *output_last_line(int fd)
{
	CLEANUP_FREE char *piece = xmalloc(PIECE);
	off_t size = lseek(fd, 0, SEEK_END);
	uint64_t at = size > (off_t)PIECE ? (uint64_t)size - PIECE : 0;
	ssize_t n = read_at(fd, piece, at);
	size_t end, begin;

	if (n <= 0)
		return NULL;
	end = (size_t)n;
	while (end && strchr(" \t\r\n", piece[end - 1]))
		end--;
	begin = end;
	while (begin && piece[begin - 1] != '\n')
		begin--;
	if (end - begin > SHOWN_MAX)
		end = begin + SHOWN_MAX;
	return end > begin ? xstrndup(piece + begin, end - begin) : NULL;
}
