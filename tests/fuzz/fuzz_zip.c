/* A zip as input: its directory, the content of its items by both readers, and its tree. */
#include "base/files.h"
#include "base/mem.h"
#include "fuzz.h"
#include "layer/zipin.h"

#include <string.h>
#include <unistd.h>

#define CONTENT_MAX ((size_t)1 << 20)
#define ITEMS_MAX   64

/* What the reader by pieces gives: its bytes, or -1. */
static ssize_t stream(const struct zip *z, size_t i, struct buf *ret)
{
	CLEANUP_ERROR struct error e = {0};
	struct zip_stream *s = zip_stream_open(z, i, &e);
	char piece[1000];
	ssize_t n = s ? 1 : -1;

	while (n > 0 && ret->len <= CONTENT_MAX) {
		n = zip_stream_read(s, piece, sizeof(piece), &e);
		if (n > 0)
			buf_add(ret, piece, (size_t)n);
	}
	zip_stream_close(s);
	CLAIM(n >= 0 || e.code);
	return n < 0 ? -1 : (ssize_t)ret->len;
}

static void read_item(const struct zip *z, size_t i)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf whole = {0}, pieces = {0};
	int r = zip_item_read(z, i, CONTENT_MAX, &whole, &e);
	ssize_t n = z->dir.items[i].size <= CONTENT_MAX ? stream(z, i, &pieces) : -1;

	CLAIM(r == 0 || e.code);
	/* What both read is the same, and as long as the directory says. */
	if (r == 0 && n >= 0)
		CLAIM((size_t)n == whole.len && whole.len == z->dir.items[i].size &&
		      (!n || memcmp(whole.data, pieces.data, whole.len) == 0));
}

static void check_tree(struct zip *z)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_INVENTORY struct inventory inv = {0};
	int r = zip_tree_read(z, "/site", "", true, &inv, &e);

	CLAIM(r == 0 || e.code);
	for (size_t i = 0; r == 0 && i < inv.roots[0].n_entries; i++) {
		const char *path = inv.roots[0].entries[i].path;

		CLAIM(path[0] && path[0] != '/' && !strstr(path, "//"));
		CLAIM(strcmp(path, "..") != 0 && strncmp(path, "../", 3) != 0 &&
		      !strstr(path, "/../"));
		CLAIM(i == 0 || strcmp(inv.roots[0].entries[i - 1].path, path) < 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ERROR struct error e = {0};
	char path[32];
	int fd = fuzz_file(data, size, path);
	struct zip *z = zip_open_archive(path, &e);

	close(fd);
	CLAIM(z || e.code);
	if (!z)
		return 0;
	for (size_t i = 0; i < z->dir.n && i < ITEMS_MAX; i++)
		read_item(z, i);
	check_tree(z);
	return 0;
}
