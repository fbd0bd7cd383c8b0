#include "layer/zipin.h"

#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum {
	LOCAL_SIGNATURE = 0x04034b50,
	LOCAL_SIZE = 30,
	STREAM_PIECE = 64 << 10,
	HEAD_PACKED =
		512, /* compressed bytes that hold a short head, tables of the code included */
};

/* Faults that make content unreadable; the others are about names. */
#define UNREADABLE                                                                    \
	(1u << ZIP_FAULT_ENCRYPTED | 1u << ZIP_FAULT_METHOD | 1u << ZIP_FAULT_SIZES | \
	 1u << ZIP_FAULT_OVERLAP)

static int first_fault(uint32_t faults)
{
	return __builtin_ctz(faults);
}

static int item_error(const struct zip *z, size_t i, struct error *e, const char *what)
{
	return error_set(e, EINVAL, "%s: cannot read %s: %s", z->name, z->dir.items[i].name, what);
}

/* --- where the data lies ---------------------------------------------------------------------- */

static uint16_t le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const unsigned char *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static int read_at(const struct zip *z, size_t i, uint64_t offset, void *to, size_t n,
		   struct error *e)
{
	int r = pread_all(z->fd, to, n, offset);

	if (r == -ENODATA)
		return item_error(z, i, e, "the archive ends too early");
	return r < 0 ? error_errno(e, -r, "cannot read %s", z->name) : 0;
}

/* Bit 3 of the flags: sizes and CRC follow the data and are 0 here. 0xffffffff: in an extra field,
 * which says what the directory says or is wrong in a way that harms nobody here. */
static bool local_agrees(const unsigned char *local, const struct zip_item *item)
{
	enum { FOLLOWS = 1 << 3 };
	uint32_t packed = le32(local + 18), size = le32(local + 22);

	if (le16(local + 8) != item->method || ((le16(local + 6) ^ item->flags) & 1) ||
	    le16(local + 26) != item->name_len)
		return false;
	if (le16(local + 6) & FOLLOWS)
		return true;
	return le32(local + 14) == item->crc && (packed == UINT32_MAX || packed == item->packed) &&
	       (size == UINT32_MAX || size == item->size);
}

static int refuse_unreadable(const struct zip *z, size_t i, struct error *e)
{
	uint32_t faults = z->dir.items[i].faults & UNREADABLE;

	return faults ? item_error(z, i, e, zip_fault_texts[first_fault(faults)]) : 0;
}

/* The offset of item i's data, after its local header and name have been found to tell the same
 * story. */
static int locate_behind(const struct zip *z, size_t i, const unsigned char *local, uint64_t *ret,
			 struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];

	if (le32(local) != LOCAL_SIGNATURE || !local_agrees(local, item) ||
	    memcmp(local + LOCAL_SIZE, item->name, item->name_len) != 0)
		return item_error(z, i, e, "its local header contradicts the archive's directory");
	*ret = item->offset + LOCAL_SIZE + item->name_len + le16(local + 28);
	if (*ret > item->limit || item->limit - *ret < item->packed)
		return item_error(z, i, e, zip_fault_texts[ZIP_FAULT_OVERLAP]);
	return 0;
}

static int locate_data(const struct zip *z, size_t i, uint64_t *ret, struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];
	CLEANUP_FREE unsigned char *local = xmalloc(LOCAL_SIZE + item->name_len);
	int r = refuse_unreadable(z, i, e);

	if (r == 0)
		r = read_at(z, i, item->offset, local, LOCAL_SIZE + item->name_len, e);
	return r < 0 ? r : locate_behind(z, i, local, ret, e);
}

/* --- whole content ---------------------------------------------------------------------------- */

static int check_content(const struct zip *z, size_t i, uint64_t size, uint32_t crc,
			 struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];

	if (size != item->size)
		return item_error(z, i, e, "its content is not as long as the directory says");
	if (crc != item->crc)
		return item_error(z, i, e, "its content is damaged (CRC-32)");
	return 0;
}

static int inflate_whole(const struct zip *z, size_t i, struct zip_scratch *s, struct buf *ret,
			 struct error *e)
{
	size_t size = (size_t)z->dir.items[i].size, in = 0, out = 0;
	enum libdeflate_result result;

	if (!s->whole)
		s->whole = libdeflate_alloc_decompressor();
	if (!s->whole)
		return error_set(e, ENOMEM, "cannot decompress %s", z->name);
	result = libdeflate_deflate_decompress_ex(s->whole, s->packed.data, s->packed.len,
						  ret->data, size, &in, &out);
	if (result == LIBDEFLATE_BAD_DATA)
		return item_error(z, i, e, "its compressed data is damaged");
	if (result != LIBDEFLATE_SUCCESS || out != size || in != s->packed.len)
		return item_error(z, i, e, "its content is not as long as the directory says");
	return 0;
}

static int read_packed(const struct zip *z, size_t i, uint64_t at, size_t n, struct buf *ret,
		       struct error *e)
{
	buf_truncate(ret, 0);
	buf_reserve(ret, n);
	mem_prepare(ret->data, n);
	ret->len = n;
	return read_at(z, i, at, ret->data, n, e);
}

int zip_item_read_with(const struct zip *z, size_t i, size_t limit, struct zip_scratch *s,
		       struct buf *ret, struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];
	uint64_t at;
	int r = locate_data(z, i, &at, e);

	buf_truncate(ret, 0);
	if (r < 0)
		return r;
	if (item->size > limit)
		return error_set(e, EFBIG,
				 "%s: %s is larger than the %zu bytes that are read at most",
				 z->name, item->name, limit);
	buf_reserve(ret, (size_t)item->size);
	mem_prepare(ret->data, (size_t)item->size);
	if (item->method == ZIP_STORED) {
		r = read_at(z, i, at, ret->data, (size_t)item->size, e);
	} else {
		r = read_packed(z, i, at, (size_t)item->packed, &s->packed, e);
		if (r == 0)
			r = inflate_whole(z, i, s, ret, e);
	}
	if (r < 0)
		return r;
	ret->len = (size_t)item->size;
	ret->data[ret->len] = '\0';
	return check_content(z, i, ret->len, libdeflate_crc32(0, ret->data, ret->len), e);
}

int zip_item_read(const struct zip *z, size_t i, size_t limit, struct buf *ret, struct error *e)
{
	CLEANUP_ZIP_SCRATCH struct zip_scratch scratch = {0};

	return zip_item_read_with(z, i, limit, &scratch, ret, e);
}

void zip_scratch_free(struct zip_scratch *s)
{
	libdeflate_free_decompressor(s->whole);
	if (s->head)
		inflateEnd(s->head);
	free(s->head);
	buf_free(&s->packed);
	*s = (struct zip_scratch){0};
}

/* --- piece by piece --------------------------------------------------------------------------- */

struct zip_stream {
	const struct zip *zip;
	size_t item;
	uint64_t at;   /* of the next compressed bytes */
	uint64_t left; /* compressed bytes that were not read yet */
	uint64_t size; /* bytes given so far */
	uint32_t crc;
	bool inflating, ended;
	z_stream z;
	unsigned char piece[STREAM_PIECE];
};

struct zip_stream *zip_stream_open(const struct zip *z, size_t i, struct error *e)
{
	struct zip_stream *s = xcalloc(1, sizeof(*s));

	s->zip = z;
	s->item = i;
	s->left = z->dir.items[i].packed;
	s->inflating = z->dir.items[i].method == ZIP_DEFLATED;
	if (locate_data(z, i, &s->at, e) < 0) {
		free(s);
		return NULL;
	}
	if (s->inflating && inflateInit2(&s->z, -MAX_WBITS) != Z_OK) {
		error_set(e, ENOMEM, "cannot decompress %s", z->name);
		free(s);
		return NULL;
	}
	return s;
}

static int next_packed(struct zip_stream *s, void *to, size_t max, size_t *n, struct error *e)
{
	*n = s->left < max ? (size_t)s->left : max;
	if (read_at(s->zip, s->item, s->at, to, *n, e) < 0)
		return -e->code;
	s->at += *n;
	s->left -= *n;
	return 0;
}

static int inflate_some(struct zip_stream *s, void *to, size_t max, size_t *n, struct error *e)
{
	size_t got;
	int r = Z_OK;

	s->z.next_out = to;
	s->z.avail_out = (uInt)max;
	while (s->z.avail_out == max && r == Z_OK) {
		if (!s->z.avail_in) {
			if (next_packed(s, s->piece, sizeof(s->piece), &got, e) < 0)
				return -e->code;
			s->z.next_in = s->piece;
			s->z.avail_in = (uInt)got;
		}
		r = inflate(&s->z, Z_NO_FLUSH);
	}
	*n = max - s->z.avail_out;
	s->ended = r == Z_STREAM_END;
	if (r != Z_OK && r != Z_STREAM_END)
		return item_error(s->zip, s->item, e, "its compressed data is damaged");
	return 0;
}

ssize_t zip_stream_read(struct zip_stream *s, void *to, size_t n, struct error *e)
{
	const struct zip_item *item = &s->zip->dir.items[s->item];
	size_t got = 0;
	int r;

	if (n > INT_MAX)
		n = INT_MAX;
	if (!s->inflating)
		r = next_packed(s, to, n, &got, e);
	else
		r = s->ended ? 0 : inflate_some(s, to, n, &got, e);
	if (r < 0)
		return r;
	s->crc = libdeflate_crc32(s->crc, to, got);
	s->size += got;
	if (s->size > item->size || (!got && (s->left || s->z.avail_in)))
		return item_error(s->zip, s->item, e,
				  "its content is not as long as the directory says");
	if (!got) {
		r = check_content(s->zip, s->item, s->size, s->crc, e);
		if (r < 0)
			return r;
	}
	return (ssize_t)got;
}

void zip_stream_close(struct zip_stream *s)
{
	if (s && s->inflating)
		inflateEnd(&s->z);
	free(s);
}

/* --- the beginning ---------------------------------------------------------------------------- */

/* The compressed data's beginning in s->packed, mostly by one read together with the header. */
static int read_beginning(const struct zip *z, size_t i, struct zip_scratch *s, const char **data,
			  size_t *n, struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];
	size_t head = LOCAL_SIZE + item->name_len, wanted;
	uint64_t at;
	int r = refuse_unreadable(z, i, e);

	if (r < 0)
		return r;
	*n = item->packed < HEAD_PACKED ? (size_t)item->packed : HEAD_PACKED;
	wanted = head + *n;
	r = read_packed(z, i, item->offset, wanted, &s->packed, e);
	if (r == 0)
		r = locate_behind(z, i, (const unsigned char *)s->packed.data, &at, e);
	if (r < 0)
		return r;
	*data = s->packed.data + head;
	if (at == item->offset + head)
		return 0;
	r = read_packed(z, i, at, *n, &s->packed, e);
	*data = s->packed.data;
	return r;
}

static int start_inflating(const struct zip *z, struct zip_scratch *s, struct error *e)
{
	if (s->head) {
		inflateReset(s->head); /* fails on a state that is none only */
		return 0;
	}
	s->head = xcalloc(1, sizeof(*s->head));
	if (inflateInit2(s->head, -MAX_WBITS) == Z_OK)
		return 0;
	free(TAKE_PTR(s->head));
	return error_set(e, ENOMEM, "cannot decompress %s", z->name);
}

/* By the general way, when the head needs more compressed bytes than was thought. */
static int stream_head(const struct zip *z, size_t i, size_t n, struct buf *ret, struct error *e)
{
	struct zip_stream *s = zip_stream_open(z, i, e);
	ssize_t got = s ? 1 : -e->code;

	buf_truncate(ret, 0);
	while (s && got > 0 && ret->len < n) {
		got = zip_stream_read(s, ret->data + ret->len, n - ret->len, e);
		ret->len += got > 0 ? (size_t)got : 0;
	}
	zip_stream_close(s);
	return got < 0 ? (int)got : 0;
}

int zip_item_head(const struct zip *z, size_t i, size_t n, struct zip_scratch *s, struct buf *ret,
		  struct error *e)
{
	const struct zip_item *item = &z->dir.items[i];
	const char *data = NULL;
	size_t have = 0;
	int r = read_beginning(z, i, s, &data, &have, e);

	buf_truncate(ret, 0);
	buf_reserve(ret, n);
	if (r == 0 && item->method == ZIP_DEFLATED)
		r = start_inflating(z, s, e);
	if (r < 0)
		return r;
	if (n > item->size)
		n = (size_t)item->size;
	if (item->method == ZIP_STORED) {
		if (n > have)
			return stream_head(z, i, n, ret, e);
		memcpy(ret->data, data, n);
		ret->len = n;
		return 0;
	}
	s->head->next_in = (unsigned char *)(uintptr_t)data;
	s->head->avail_in = (uInt)have;
	s->head->next_out = (unsigned char *)ret->data;
	s->head->avail_out = (uInt)n;
	r = inflate(s->head, Z_SYNC_FLUSH);
	ret->len = n - s->head->avail_out;
	/* Too little was read, or it is damaged: that way knows what to say. */
	return ret->len == n && (r == Z_OK || r == Z_STREAM_END) ? 0 : stream_head(z, i, n, ret, e);
}

/* --- archives --------------------------------------------------------------------------------- */

bool zip_link_leads_out(const char *path, const char *target)
{
	long depth = 0;

	if (target[0] == '/')
		return true;
	for (; *path; path++)
		depth += *path == '/';
	for (size_t n; *target; target += n + (target[n] == '/')) {
		n = strcspn(target, "/");
		if (n == 2 && memcmp(target, "..", 2) == 0)
			depth--;
		else if (n && !(n == 1 && target[0] == '.'))
			depth++;
		if (depth < 0)
			return true;
	}
	return false;
}

static void read_link(struct zip *z, size_t i)
{
	struct zip_item *item = &z->dir.items[i];
	CLEANUP_ERROR struct error ignored = {0};
	CLEANUP_BUF struct buf target = {0};
	bool good = zip_item_read(z, i, PATH_MAX - 1, &target, &ignored) == 0 && target.len &&
		    !memchr(target.data, '\0', target.len);

	if (good)
		item->link_target = buf_take(&target);
	/* Unreadable by another fault: that one says why. */
	if (!(item->faults & UNREADABLE) &&
	    (!good || zip_link_leads_out(item->path, item->link_target)))
		item->faults |= 1u << ZIP_FAULT_LINK;
}

struct zip *zip_open_archive(const char *path, struct error *e)
{
	struct zip *z = xcalloc(1, sizeof(*z));

	z->name = xstrdup(path);
	z->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (z->fd < 0)
		error_errno(e, errno, "cannot open %s", path);
	if (z->fd < 0 || zip_directory_read(z->fd, path, &z->dir, e) < 0) {
		zip_close_archive(z);
		return NULL;
	}
	for (size_t i = 0; i < z->dir.n; i++)
		if (z->dir.items[i].type == ENTRY_LINK)
			read_link(z, i);
	return z;
}

void zip_close_archive(struct zip *z)
{
	if (!z)
		return;
	zip_directory_free(&z->dir);
	if (z->fd >= 0)
		close(z->fd);
	free(z->name);
	free(z);
}

int zip_refuse_faults(const struct zip *z, struct error *e)
{
	for (size_t i = 0; i < z->dir.n; i++) {
		uint32_t faults = z->dir.items[i].faults & ~(1u << ZIP_FAULT_CASE);

		if (faults)
			return error_set(e, EINVAL, "%s is refused: '%s': %s", z->name,
					 z->dir.items[i].name,
					 zip_fault_texts[first_fault(faults)]);
	}
	if (z->dir.content > ZIP_BOMB_BYTES && z->dir.content / ZIP_BOMB_RATIO > z->dir.file_size)
		return error_set(e, EFBIG,
				 "%s is refused: it says that its %" PRIu64
				 " bytes unpack to %" PRIu64
				 ", as a zip bomb does; if that is meant, unpack it and give the "
				 "directory",
				 z->name, z->dir.file_size, z->dir.content);
	return 0;
}

void zip_drop_faults(struct zip *z, uint32_t faults)
{
	size_t n = 0;

	for (size_t i = 0; i < z->dir.n; i++) {
		struct zip_item *item = &z->dir.items[i];

		if (!(item->faults & faults)) {
			z->dir.items[n++] = *item;
			continue;
		}
		z->dir.content -= item->size;
		free(item->link_target);
	}
	z->dir.n = n;
}
