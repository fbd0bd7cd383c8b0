#include "base/csv.h"

#include <string.h>

/* The end of a quoted field that begins at p, behind its closing quote; NULL: it is not closed. */
static const char *quoted_end(const char *p, const char *end)
{
	if (end - p > CSV_QUOTED_MAX)
		end = p + CSV_QUOTED_MAX;
	for (p++; p < end; p++) {
		if (*p != '"')
			continue;
		if (p + 1 == end || p[1] != '"')
			return p + 1;
		p++;
	}
	return NULL;
}

static const char *field_end(const char *p, const char *end)
{
	const char *closed = p < end && *p == '"' ? quoted_end(p, end) : NULL;

	p = closed ? closed : p;
	while (p < end && *p != ',' && *p != '\n')
		p++;
	return p;
}

bool csv_next(struct csv *in, const char **record, size_t *len)
{
	const char *p = in->p;

	if (p >= in->end)
		return false;
	*record = p;
	p = field_end(p, in->end);
	while (p < in->end && *p == ',')
		p = field_end(p + 1, in->end);
	*len = (size_t)(p - *record);
	in->p = p < in->end ? p + 1 : p;
	if (*len && (*record)[*len - 1] == '\r')
		(*len)--;
	return true;
}

size_t csv_first(const char *record, size_t len, struct buf *ret)
{
	const char *end = record + len, *stop = field_end(record, end);
	const char *closed = len && *record == '"' ? quoted_end(record, end) : NULL;

	buf_reserve(ret, (size_t)(stop - record) + 1);
	if (!closed) {
		buf_add(ret, record, (size_t)(stop - record));
		return (size_t)(stop - record);
	}
	for (const char *p = record + 1; p < closed - 1; p++) {
		buf_addch(ret, *p);
		p += *p == '"';
	}
	buf_add(ret, closed, (size_t)(stop - closed));
	return (size_t)(stop - record);
}
