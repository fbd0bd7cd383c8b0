#include "layer/content.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/elf.h"
#include "layer/tree.h"
#include "layer/zipin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

struct content_stream {
	const struct inventory_root *root;
	const struct entry *ent;
	struct zip_stream *stream; /* of a zip, else NULL */
	int fd;                    /* of a file in a directory */
	uint64_t given;
};

static int has_changed(const struct inventory_root *root, const struct entry *ent, struct error *e)
{
	return error_set(e, EAGAIN,
			 "%s/%s changed while it was read (it had %" PRIu64
			 " bytes): try again when nothing writes to the tree",
			 root->dir, ent->path, ent->size);
}

struct content_stream *content_open(const struct inventory_root *root, const struct entry *ent,
				    struct error *e)
{
	struct content_stream *c = xcalloc(1, sizeof(*c));
	CLEANUP_FREE char *path = NULL;
	struct stat st;

	*c = (struct content_stream){.root = root, .ent = ent, .fd = -1};
	if (root->zip) {
		c->stream = zip_stream_open(root->zip, ent->zip_item, e);
		if (!c->stream)
			goto failed;
		return c;
	}
	path = path_join(root->dir, ent->path);
	c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (c->fd < 0 || fstat(c->fd, &st) < 0) {
		error_errno(e, errno, "cannot open %s", path);
		goto failed;
	}
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != ent->size) {
		has_changed(root, ent, e);
		goto failed;
	}
	return c;
failed:
	content_close(c);
	return NULL;
}

static ssize_t file_next(struct content_stream *c, void *to, size_t n, struct error *e)
{
	ssize_t got;

	do
		got = read(c->fd, to, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(e, errno, "cannot read %s/%s", c->root->dir, c->ent->path);
	c->given += (uint64_t)got;
	if (c->given > c->ent->size || (got == 0 && c->given != c->ent->size))
		return has_changed(c->root, c->ent, e);
	return got;
}

ssize_t content_next(struct content_stream *c, void *to, size_t n, struct error *e)
{
	return c->stream ? zip_stream_read(c->stream, to, n, e) : file_next(c, to, n, e);
}

void content_close(struct content_stream *c)
{
	if (!c)
		return;
	zip_stream_close(c->stream);
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

static int read_whole(struct content_stream *c, size_t size, struct buf *ret, struct error *e)
{
	ssize_t n;

	buf_reserve(ret, size + 1);
	/* One byte more than the size: a file that has grown is noticed. */
	while ((n = content_next(c, ret->data + ret->len, size + 1 - ret->len, e)) > 0)
		ret->len += (size_t)n;
	if (n == 0)
		ret->data[ret->len] = '\0';
	return n < 0 ? (int)n : 0;
}

int content_read(const struct inventory_root *root, const struct entry *ent, size_t limit,
		 struct buf *ret, struct error *e)
{
	CLEANUP_ZIP_SCRATCH struct zip_scratch scratch = {0};

	return content_read_with(root, ent, limit, &scratch, ret, e);
}

int content_read_with(const struct inventory_root *root, const struct entry *ent, size_t limit,
		      struct zip_scratch *s, struct buf *ret, struct error *e)
{
	struct content_stream *c;
	int r;

	buf_truncate(ret, 0);
	if (root->zip)
		return zip_item_read_with(root->zip, ent->zip_item, limit, s, ret, e);
	if (ent->size > limit)
		return error_set(e, EFBIG,
				 "%s/%s is larger than the %zu bytes that are read at most",
				 root->dir, ent->path, limit);
	c = content_open(root, ent, e);
	if (!c)
		return -e->code;
	r = read_whole(c, (size_t)ent->size, ret, e);
	content_close(c);
	return r;
}

int content_head(const struct inventory_root *root, const struct entry *ent, size_t n,
		 struct zip_scratch *s, struct buf *ret, struct error *e)
{
	struct content_stream *c;
	ssize_t got = 1;

	if (root->zip)
		return zip_item_head(root->zip, ent->zip_item, n, s, ret, e);
	c = content_open(root, ent, e);
	if (!c)
		return -e->code;
	buf_truncate(ret, 0);
	buf_reserve(ret, n);
	while (got > 0 && ret->len < n) {
		got = content_next(c, ret->data + ret->len, n - ret->len, e);
		ret->len += got > 0 ? (size_t)got : 0;
	}
	content_close(c);
	return got < 0 ? (int)got : 0;
}

/* --- facts ------------------------------------------------------------------------------------ */

bool content_wants_text(const char *path)
{
	static const char *const names[] = {"METADATA",      "RECORD",      "entry_points.txt",
					    "top_level.txt", "WHEEL",       "PKG-INFO",
					    "SOURCES.txt",   "requires.txt"};
	const char *base = path_base(path);
	size_t i = 0;

	while (i < ARRAY_SIZE(names) && strcmp(base, names[i]) != 0)
		i++;
	if (i < ARRAY_SIZE(names)) {
		CLEANUP_FREE char *dir = path_dir(path);

		return path_ends(dir, ".dist-info") || path_ends(dir, ".egg-info");
	}
	return false;
}

bool content_may_be_elf(const struct entry *ent)
{
	return (ent->mode & 0111) || strstr(path_base(ent->path), ".so");
}

static int open_spill(struct error *e)
{
	const char *dir = getenv("TMPDIR");
	int fd = open(dir && dir[0] ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return error_errno(e, errno, "cannot make a temporary file in %s",
				   dir && dir[0] ? dir : "/tmp");
	return fd;
}

/* The content in a file that has no name, or *fd -1 when it is no ELF. */
static int spill_elf(struct content_stream *c, int *fd, struct error *e)
{
	CLEANUP_FREE char *piece = xmalloc(65536);
	ssize_t n;
	int r;

	*fd = -1;
	while ((n = content_next(c, piece, 65536, e)) > 0) {
		if (*fd < 0) {
			if (n < 4 || memcmp(piece, "\177ELF", 4) != 0)
				return 0;
			*fd = open_spill(e);
			if (*fd < 0)
				return *fd;
		}
		r = write_all(*fd, piece, (size_t)n);
		if (r < 0)
			return error_errno(e, -r, "cannot write a temporary file for %s",
					   c->ent->path);
	}
	return (int)n;
}

static int elf_facts(const struct inventory_root *root, struct entry *ent, struct error *e)
{
	struct content_stream *c = content_open(root, ent, e);
	CLEANUP_CLOSE int fd = -1;
	int r;

	if (!c)
		return -e->code;
	/* libelf wants a file; a library of any size must not need as much memory. */
	r = c->stream ? spill_elf(c, &fd, e) : 0;
	if (r == 0 && (fd >= 0 || c->fd >= 0))
		ent->elf = elf_read(fd >= 0 ? fd : c->fd);
	content_close(c);
	return r;
}

int content_facts(const struct inventory_root *root, struct entry *ent, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r = 0;

	if (ent->type != ENTRY_FILE)
		return 0;
	if (content_may_be_elf(ent))
		r = elf_facts(root, ent, e);
	if (r < 0 || !content_wants_text(ent->path))
		return r;
	r = content_read(root, ent, CONTENT_TEXT_MAX, &text, e);
	if (r < 0)
		return r;
	ent->text_len = text.len;
	ent->text = buf_take(&text);
	return 0;
}

int content_root(const char *path, const char *prefix, struct inventory *inv, struct error *e)
{
	struct stat st;
	struct zip *z;

	if (stat(path, &st) < 0)
		return error_errno(e, errno, "cannot find %s", path);
	if (S_ISDIR(st.st_mode))
		return tree_read(path, prefix, inv, e);
	z = zip_open_archive(path, e);
	return z ? zip_tree_read(z, NULL, prefix, true, inv, e) : -e->code;
}
