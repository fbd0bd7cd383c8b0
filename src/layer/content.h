/* content - what is in a file of the inventory, whether its root is a directory or a zip.
 *
 * Every reader of content goes through here, so that a zip can be the input wherever a directory
 * can. Reads from several threads at once are fine. The file is read as it is now: a size other
 * than the inventory's is an error (EAGAIN), for what was decided on was another file.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "layer/zipin.h"
#include "plan/inventory.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of texts that decisions read: METADATA and RECORD of the largest distributions are some
 * megabytes. */
#define CONTENT_TEXT_MAX ((size_t)64 << 20)

/* The whole content of an ENTRY_FILE into *ret (emptied first). EFBIG beyond `limit` bytes. */
int content_read(const struct inventory_root *root, const struct entry *ent, size_t limit,
		 struct buf *ret, struct error *e);

/* The same by a thread that reads many. */
int content_read_with(const struct inventory_root *root, const struct entry *ent, size_t limit,
		      struct zip_scratch *s, struct buf *ret, struct error *e);
/* The first n bytes, or all when there are less; in a zip the rest is not looked at. */
int content_head(const struct inventory_root *root, const struct entry *ent, size_t n,
		 struct zip_scratch *s, struct buf *ret, struct error *e);

/* The same piece by piece, for files that need not fit into memory. NULL and *e set on error. */
struct content_stream;
struct content_stream *content_open(const struct inventory_root *root, const struct entry *ent,
				    struct error *e);
/* Bytes given, 0 at the end, or -errno. */
ssize_t content_next(struct content_stream *c, void *to, size_t n, struct error *e);
void content_close(struct content_stream *c);

/* Fills the entry's facts that decisions read: elf, text (see struct entry). */
int content_facts(const struct inventory_root *root, struct entry *ent, struct error *e);

/* Whether decisions read this file's text, and whether it is looked at as ELF. */
bool content_wants_text(const char *path);
bool content_may_be_elf(const struct entry *ent);

/* Adds a directory or a zip, whichever `path` is, as a root, with facts: what check and compare
 * take as input. */
int content_root(const char *path, const char *prefix, struct inventory *inv, struct error *e);
