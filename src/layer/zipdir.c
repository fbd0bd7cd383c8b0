#include "layer/zipdir.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/strmap.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* APPNOTE 4.3.7, 4.3.12, 4.3.14, 4.3.15, 4.3.16 */
enum {
	CENTRAL_SIGNATURE = 0x02014b50,
	CENTRAL_SIZE = 46,
	LOCAL_SIZE = 30,
	END_SIGNATURE = 0x06054b50,
	END_SIZE = 22,
	END64_SIGNATURE = 0x06064b50,
	END64_SIZE = 56,
	LOCATOR_SIGNATURE = 0x07064b50,
	LOCATOR_SIZE = 20,
	EXTRA_ZIP64 = 0x0001,
	EXTRA_TIME = 0x5455,
	EXTRA_UNICODE_PATH = 0x7075,
};
#define COMMENT_MAX     65535
#define DEFLATE_AT_MOST 1032 /* no deflate stream expands further (zlib's technical notes) */

const char *const zip_fault_texts[ZIP_FAULTS] = {
	[ZIP_FAULT_ABSOLUTE] = "an absolute name would be unpacked outside the layer",
	[ZIP_FAULT_DOTDOT] = "'..' in the name would be unpacked outside the layer",
	[ZIP_FAULT_NAME] = "the name is empty, ambiguous or holds a NUL or backslashes",
	[ZIP_FAULT_LONG] = "the name is longer or deeper than a path can be",
	[ZIP_FAULT_TWICE] = "the archive holds two items with this name",
	[ZIP_FAULT_CASE] = "the name differs from another one in upper and lower case only",
	[ZIP_FAULT_UNDER] = "it lies below an item that is no directory",
	[ZIP_FAULT_TYPE] = "it is no file, directory or symbolic link",
	[ZIP_FAULT_SIZES] = "its sizes cannot be true",
	[ZIP_FAULT_OVERLAP] = "its data overlaps another item's or the directory",
	[ZIP_FAULT_ENCRYPTED] = "it is encrypted",
	[ZIP_FAULT_METHOD] = "it is compressed by a method other than deflate",
	[ZIP_FAULT_LINK] = "the symbolic link leads out of the archive or has no sane target",
};

/* --- little-endian numbers -------------------------------------------------------------------- */

static uint16_t le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const unsigned char *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static uint64_t le64(const unsigned char *p)
{
	return le32(p) | (uint64_t)le32(p + 4) << 32;
}

/* --- the end of the archive ------------------------------------------------------------------- */

struct end {
	uint64_t n, size, offset; /* of the central directory, as the end record says */
	uint64_t at;              /* where the first end record begins in the file */
	bool zip64;
};

struct archive {
	int fd;
	const char *name;
	uint64_t size;
	struct error *e;
};

static int broken(const struct archive *a, const char *what)
{
	return error_set(a->e, EINVAL, "%s is no zip that can be trusted: %s", a->name, what);
}

static int read_at(const struct archive *a, uint64_t offset, void *to, size_t n)
{
	int r = pread_all(a->fd, to, n, offset);

	if (r == -ENODATA)
		return broken(a, "it ends too early");
	return r < 0 ? error_errno(a->e, -r, "cannot read %s", a->name) : 0;
}

/* Some values are in the ZIP64 record when the old one is too small for them. All of them must
 * say the same where both say something: readers differ in which one they believe. */
static bool agree(uint64_t old, uint64_t saturated, uint64_t value)
{
	return old == saturated || old == value;
}

static int read_end64(const struct archive *a, const unsigned char *end, uint64_t end_at,
		      struct end *ret)
{
	unsigned char locator[LOCATOR_SIZE], r64[END64_SIZE];
	int r;

	if (end_at < LOCATOR_SIZE + END64_SIZE)
		return 0;
	r = read_at(a, end_at - LOCATOR_SIZE, locator, sizeof(locator));
	if (r < 0 || le32(locator) != LOCATOR_SIGNATURE)
		return r;
	r = read_at(a, end_at - LOCATOR_SIZE - END64_SIZE, r64, sizeof(r64));
	if (r < 0)
		return r;
	if (le32(r64) != END64_SIGNATURE || le64(r64 + 4) != END64_SIZE - 12)
		return broken(a, "its ZIP64 end record is not where it says");
	if (le32(r64 + 16) || le32(r64 + 20) || le64(r64 + 24) != le64(r64 + 32))
		return broken(a, "it is one part of several");
	ret->n = le64(r64 + 32);
	ret->size = le64(r64 + 40);
	ret->offset = le64(r64 + 48);
	ret->at = end_at - LOCATOR_SIZE - END64_SIZE;
	ret->zip64 = true;
	if (!agree(le16(end + 10), UINT16_MAX, ret->n) ||
	    !agree(le32(end + 12), UINT32_MAX, ret->size) ||
	    !agree(le32(end + 16), UINT32_MAX, ret->offset) || le64(locator + 8) > ret->at)
		return broken(a, "its two end records contradict one another");
	return 0;
}

/* Offset of the one end record in the tail of the file, or SIZE_MAX. */
static size_t find_end(const unsigned char *tail, size_t n, size_t *candidates)
{
	size_t found = SIZE_MAX;

	*candidates = 0;
	for (size_t at = n < END_SIZE ? 0 : n - END_SIZE + 1; at-- > 0;) {
		if (le32(tail + at) != END_SIGNATURE || le16(tail + at + 20) != n - at - END_SIZE)
			continue;
		if (found == SIZE_MAX)
			found = at;
		++*candidates;
	}
	return found;
}

static int read_end(const struct archive *a, struct end *ret)
{
	size_t n = a->size < END_SIZE + COMMENT_MAX ? (size_t)a->size : END_SIZE + COMMENT_MAX;
	CLEANUP_FREE unsigned char *tail = xmalloc(n + 1);
	size_t candidates, at;
	int r = read_at(a, a->size - n, tail, n);

	if (r < 0)
		return r;
	at = find_end(tail, n, &candidates);
	if (!candidates)
		return broken(a, "it has no end record at its end (no zip, cut off, or bytes "
				 "behind it)");
	if (candidates > 1)
		return broken(a, "it has two end records to choose from");
	if (le16(tail + at + 4) || le16(tail + at + 6) ||
	    le16(tail + at + 8) != le16(tail + at + 10))
		return broken(a, "it is one part of several");
	*ret = (struct end){.n = le16(tail + at + 10),
			    .size = le32(tail + at + 12),
			    .offset = le32(tail + at + 16),
			    .at = a->size - n + at};
	return read_end64(a, tail + at, ret->at, ret);
}

/* --- items ------------------------------------------------------------------------------------ */

static void fault(struct zip_item *item, enum zip_fault f)
{
	item->faults |= 1u << f;
}

/* APPNOTE 4.5.3: only the saturated fields are there, in this order. */
static bool read_zip64_extra(struct zip_item *item, const unsigned char *p, size_t n)
{
	uint64_t *const fields[] = {&item->size, &item->packed, &item->offset};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (*fields[i] != UINT32_MAX)
			continue;
		if (n < 8)
			return false;
		*fields[i] = le64(p);
		p += 8;
		n -= 8;
	}
	return true;
}

static void read_extra(struct zip_item *item, const unsigned char *p, size_t n)
{
	bool wide = item->size == UINT32_MAX || item->packed == UINT32_MAX ||
		    item->offset == UINT32_MAX;

	for (; n >= 4 && le16(p + 2) <= n - 4; n -= 4 + le16(p + 2), p += 4 + le16(p + 2)) {
		const unsigned char *data = p + 4;
		size_t len = le16(p + 2);

		if (le16(p) == EXTRA_ZIP64 && wide)
			wide = !read_zip64_extra(item, data, len);
		else if (le16(p) == EXTRA_TIME && len >= 5 && (data[0] & 1))
			item->mtime = (int32_t)le32(data + 1);
		else if (le16(p) == EXTRA_UNICODE_PATH && len >= 5 &&
			 (len - 5 != item->name_len ||
			  memcmp(data + 5, item->name, item->name_len) != 0))
			fault(item, ZIP_FAULT_NAME);
	}
	if (wide)
		fault(item, ZIP_FAULT_SIZES);
}

static void set_type(struct zip_item *item)
{
	enum { MSDOS = 0, UNIX = 3, OSX = 19 };
	unsigned system = item->made_by >> 8;
	mode_t mode = system == UNIX || system == OSX ? item->attributes >> 16 : 0;
	bool slash = item->name_len && item->name[item->name_len - 1] == '/';

	item->type = slash ? ENTRY_DIR : S_ISLNK(mode) ? ENTRY_LINK : ENTRY_FILE;
	item->mode = mode & 07777 ? mode & 07777 : slash ? 0755 : 0644;
	/* Readers differ in whether the '/' or the mode decides. */
	if ((mode & S_IFMT) && !S_ISREG(mode) && !S_ISLNK(mode) && !(slash && S_ISDIR(mode)))
		fault(item, ZIP_FAULT_TYPE);
	if (slash && S_ISLNK(mode))
		fault(item, ZIP_FAULT_TYPE);
	if (system == MSDOS && memchr(item->name, '\\', item->name_len))
		fault(item, ZIP_FAULT_NAME);
}

/* Fills path, which has room for the name, and finds what is wrong with the name as such. */
static void clean_name(struct zip_item *item)
{
	const char *name = item->name;
	char *to = item->path;
	size_t depth = 0;

	if (name[0] == '/' || (isalpha((unsigned char)name[0]) && name[1] == ':'))
		fault(item, ZIP_FAULT_ABSOLUTE);
	for (size_t n; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 0 || (n == 1 && name[0] == '.'))
			continue;
		if (n == 2 && memcmp(name, "..", 2) == 0)
			fault(item, ZIP_FAULT_DOTDOT);
		if (to != item->path)
			*to++ = '/';
		memcpy(to, name, n);
		to += n;
		if (++depth > ZIP_NAME_DEPTH || n > 255)
			fault(item, ZIP_FAULT_LONG);
	}
	*to = '\0';
	if (item->name_len > ZIP_NAME_MAX)
		fault(item, ZIP_FAULT_LONG);
	/* "./" is what some programs write for the top; it says nothing. */
	if (strlen(item->name) != item->name_len || (to == item->path && item->type != ENTRY_DIR))
		fault(item, ZIP_FAULT_NAME);
}

static void check_sizes(struct zip_item *item, uint64_t file_size)
{
	bool stored = item->method == ZIP_STORED;

	if (item->flags & 1 || item->flags & 1 << 6 || item->flags & 1 << 13)
		fault(item, ZIP_FAULT_ENCRYPTED);
	if (!stored && item->method != ZIP_DEFLATED)
		fault(item, ZIP_FAULT_METHOD);
	if (item->packed > file_size || item->size > INT64_MAX ||
	    (stored && item->packed != item->size) ||
	    (!stored && item->size / DEFLATE_AT_MOST > item->packed) ||
	    (item->type == ENTRY_DIR && item->size))
		fault(item, ZIP_FAULT_SIZES);
}

/* Reads one header at p, its name to `text`, which has room for it and the path; its length, or 0
 * when it does not fit. */
static size_t read_item(const unsigned char *p, size_t n, char *text, struct zip_item *item)
{
	size_t name, extra, len;

	if (n < CENTRAL_SIZE || le32(p) != CENTRAL_SIGNATURE)
		return 0;
	name = le16(p + 28);
	extra = le16(p + 30);
	len = CENTRAL_SIZE + name + extra + le16(p + 32);
	if (n < len)
		return 0;
	*item = (struct zip_item){
		.name = text,
		.path = text + name + 1,
		.name_len = name,
		.made_by = le16(p + 4),
		.flags = le16(p + 8),
		.method = le16(p + 10),
		.dos_time = le16(p + 12),
		.dos_date = le16(p + 14),
		.crc = le32(p + 16),
		.packed = le32(p + 20),
		.size = le32(p + 24),
		.attributes = le32(p + 38),
		.offset = le32(p + 42),
	};
	memcpy(item->name, p + CENTRAL_SIZE, name);
	item->name[name] = '\0';
	read_extra(item, p + CENTRAL_SIZE + name, extra);
	return len;
}

static int read_items(const struct archive *a, const struct end *end, const struct buf *raw,
		      struct zip_directory *ret)
{
	const unsigned char *p = (const unsigned char *)raw->data;
	size_t left = raw->len, cap = 0;
	char *text = ret->text = xreallocarray(NULL, raw->len + 1, 2); /* a header is longer */

	while (left) {
		struct zip_item item;
		size_t len = ret->n < ZIP_ITEMS_MAX ? read_item(p, left, text, &item) : 0;

		if (!len)
			return broken(a, "its directory is damaged");
		set_type(&item);
		clean_name(&item);
		check_sizes(&item, a->size);
		ret->items = array_grow(ret->items, ret->n, &cap, sizeof(item));
		ret->items[ret->n++] = item;
		ret->content = item.size > UINT64_MAX - ret->content ? UINT64_MAX
								     : ret->content + item.size;
		text += 2 * (item.name_len + 1);
		p += len;
		left -= len;
	}
	/* Old programs wrote more than 65,535 items without ZIP64; the count is then the rest. */
	if (end->zip64 ? ret->n != end->n : (ret->n & UINT16_MAX) != end->n)
		return broken(a, "its directory has another number of items than its end says");
	return 0;
}

/* --- items among each other ------------------------------------------------------------------- */

static int by_offset(const void *a, const void *b)
{
	const struct zip_item *x = *(struct zip_item *const *)a, *y = *(struct zip_item *const *)b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The local header's extra field is not known yet: the least that the item takes. Reading its
 * content checks the rest against the limit. */
static bool fits(const struct zip_item *item)
{
	uint64_t head = LOCAL_SIZE + item->name_len;

	return item->offset <= item->limit && item->limit - item->offset >= head &&
	       item->limit - item->offset - head >= item->packed;
}

/* Makes offsets those of the file (something may stand in front of the archive) and finds
 * overlaps. */
static void place_items(struct zip_directory *d, uint64_t base, uint64_t directory_at)
{
	CLEANUP_FREE struct zip_item **order = xcalloc(d->n ? d->n : 1, sizeof(*order));
	bool in_order = true;

	for (size_t i = 0; i < d->n; i++) {
		struct zip_item *item = &d->items[i];

		if (item->offset > directory_at - base)
			fault(item, ZIP_FAULT_OVERLAP);
		else
			item->offset += base;
		order[i] = item;
		in_order &= !i || item->offset >= order[i - 1]->offset;
	}
	if (!in_order)
		qsort(order, d->n, sizeof(struct zip_item *), by_offset);
	for (size_t i = 0; i < d->n; i++) {
		order[i]->limit = i + 1 < d->n && order[i + 1]->offset < directory_at
					  ? order[i + 1]->offset
					  : directory_at;
		if (!fits(order[i]))
			fault(order[i], ZIP_FAULT_OVERLAP);
	}
}

/* Whether there was anything to fold. */
static bool fold(char *to, const char *from)
{
	bool folded = false;

	for (; *from; from++) {
		bool upper = *from >= 'A' && *from <= 'Z';

		folded |= upper;
		*to++ = (char)(upper ? *from | 0x20 : *from);
	}
	*to = '\0';
	return folded;
}

static void find_twice(struct zip_directory *d, struct strmap *paths)
{
	for (size_t i = 0; i < d->n; i++) {
		struct zip_item *item = &d->items[i];
		bool is_new;

		strmap_add(paths, item->path, strlen(item->path), i, &is_new);
		if (!is_new)
			fault(item, ZIP_FAULT_TWICE);
	}
}

/* Of names that fold to one, all but the first. Only those with a capital have to be folded: at most
 * one name is what they fold to. */
static void find_case_twins(struct zip_directory *d, const struct strmap *paths)
{
	CLEANUP_STRMAP struct strmap folded = {0};
	CLEANUP_BUF struct buf low = {0};

	for (size_t i = 0; i < d->n; i++) {
		struct zip_item *item = &d->items[i];
		size_t len = strlen(item->path);
		const size_t *plain;
		bool is_new;

		buf_reserve(&low, len);
		if (item->faults & 1u << ZIP_FAULT_TWICE || !fold(low.data, item->path))
			continue;
		plain = strmap_find(paths, low.data, len);
		if (plain)
			fault(&d->items[*plain > i ? *plain : i], ZIP_FAULT_CASE);
		strmap_add(&folded, low.data, len, i, &is_new);
		if (!is_new)
			fault(item, ZIP_FAULT_CASE);
	}
}

static bool is_below_a_file(const struct zip_directory *d, const struct strmap *paths,
			    const char *path)
{
	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		const size_t *at = strmap_find(paths, path, (size_t)(p - path));

		if (at && d->items[*at].type != ENTRY_DIR)
			return true;
	}
	return false;
}

/* Items of one directory mostly come together: they are asked once. */
static void find_impossible_parents(struct zip_directory *d, const struct strmap *paths)
{
	const char *last = "";
	size_t last_len = 0;
	bool bad = false;

	for (size_t i = 0; i < d->n; i++) {
		const char *path = d->items[i].path, *slash = strrchr(path, '/');
		size_t len = slash ? (size_t)(slash + 1 - path) : 0;

		if (d->items[i].faults & 1u << ZIP_FAULT_LONG)
			continue;
		if (len != last_len || memcmp(path, last, len) != 0)
			bad = is_below_a_file(d, paths, path);
		last = path;
		last_len = len;
		if (bad)
			fault(&d->items[i], ZIP_FAULT_UNDER);
	}
}

/* --- the whole -------------------------------------------------------------------------------- */

static int read_raw(const struct archive *a, const struct end *end, uint64_t at, struct buf *raw)
{
	if (end->size > ZIP_DIRECTORY_MAX || end->n > ZIP_ITEMS_MAX)
		return error_set(a->e, EFBIG,
				 "%s: its directory (%" PRIu64 " items, %" PRIu64 " bytes) is "
				 "larger than what is read at most",
				 a->name, end->n, end->size);
	buf_reserve(raw, (size_t)end->size + 1);
	raw->len = (size_t)end->size;
	return read_at(a, at, raw->data, raw->len);
}

static int read_directory(const struct archive *a, struct zip_directory *ret)
{
	CLEANUP_STRMAP struct strmap paths = {0};
	CLEANUP_BUF struct buf raw = {0};
	struct end end = {0};
	uint64_t at;
	int r = read_end(a, &end);

	if (r < 0)
		return r;
	if (end.size > end.at || end.offset > end.at - end.size)
		return broken(a, "its directory lies outside of it");
	at = end.at - end.size;
	r = read_raw(a, &end, at, &raw);
	if (r == 0)
		r = read_items(a, &end, &raw, ret);
	if (r < 0)
		return r;
	ret->zip64 = end.zip64;
	place_items(ret, at - end.offset, at);
	find_twice(ret, &paths);
	find_case_twins(ret, &paths);
	find_impossible_parents(ret, &paths);
	return 0;
}

int zip_directory_read(int fd, const char *name, struct zip_directory *ret, struct error *e)
{
	struct archive a = {.fd = fd, .name = name, .e = e};
	struct zip_directory d = {0};
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return error_errno(e, errno, "cannot stat %s", name);
	if (!S_ISREG(st.st_mode))
		return error_set(e, EINVAL, "%s is no regular file", name);
	a.size = d.file_size = (uint64_t)st.st_size;
	r = read_directory(&a, &d);
	if (r < 0) {
		zip_directory_free(&d);
		return r;
	}
	*ret = d;
	return 0;
}

void zip_directory_free(struct zip_directory *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->items[i].link_target);
	free(d->items);
	free(d->text);
	*d = (struct zip_directory){0};
}
