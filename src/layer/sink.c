#include "layer/sink.h"

#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

void sink_open(struct sink *s, int fd)
{
	*s = (struct sink){.fd = fd, .data = xmalloc(SINK_BYTES)};
}

int sink_flush(struct sink *s)
{
	int r = pwrite_all(s->fd, s->data, s->len, s->base);

	s->base = s->at;
	s->len = 0;
	return r;
}

int sink_seek(struct sink *s, uint64_t to)
{
	int r = 0;

	if (to > s->size)
		return -EINVAL;
	if (to < s->base || to > s->base + s->len)
		r = sink_flush(s);
	s->at = to;
	if (!s->len)
		s->base = to;
	return r;
}

/* Invariant: base <= at <= base + len. */
int sink_write(struct sink *s, const void *data, size_t len)
{
	size_t offset;
	int r = 0;

	while (r == 0 && len) {
		size_t n;

		offset = (size_t)(s->at - s->base);
		n = SINK_BYTES - offset < len ? SINK_BYTES - offset : len;
		memcpy(s->data + offset, data, n);
		s->at += n;
		s->len = offset + n > s->len ? offset + n : s->len;
		s->size = s->at > s->size ? s->at : s->size;
		data = (const char *)data + n;
		len -= n;
		if (len)
			r = sink_flush(s);
	}
	return r;
}

void sink_free(struct sink *s)
{
	free(s->data);
	*s = (struct sink){.fd = -1};
}
