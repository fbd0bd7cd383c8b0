/* zipin - zips as input: their items, the content of each, and a root of the inventory.
 *
 * zip_open shows everything, with the faults of each item (what `check` reports); zip_tree_read
 * makes a root of it and refuses the first fault. Content is read when it is asked for, by any
 * number of threads, and checked: size, CRC-32 and the local header must be what the directory
 * says. Nothing is ever unpacked by name.
 *
 * Cost: see layer/zipdir; besides it, a symlink's target is read when the archive is opened (at
 * most 4,095 bytes each). zip_item_read takes the content and its compressed form in memory, a
 * struct zip_stream 96 KiB whatever the size.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "layer/zipdir.h"
#include "plan/inventory.h"

#include <stdbool.h>
#include <sys/types.h>

/* Content that is a gigabyte and 100 times the archive is no layer. */
#define ZIP_BOMB_BYTES ((uint64_t)1 << 30)
#define ZIP_BOMB_RATIO 100

struct zip {
	char *name; /* the archive's path, as given */
	int fd;
	struct zip_directory dir;
};

/* Opens an archive whatever its items' faults are; NULL and *e set when it is none. */
struct zip *zip_open_archive(const char *path, struct error *e);
void zip_close_archive(struct zip *z);

/* EINVAL and *e set to the first fault that a reader must not accept (all but ZIP_FAULT_CASE), or
 * when the content is a bomb. */
int zip_refuse_faults(const struct zip *z, struct error *e);

/* Leaves out the items with one of these faults (1 << enum zip_fault), so that a checker that has
 * told them can look at the rest. */
void zip_drop_faults(struct zip *z, uint32_t faults);

/* Whether a symlink at `path` (relative to the top) leads out of the top, taken as text. */
bool zip_link_leads_out(const char *path, const char *target);

/* Reads the whole content of item i. EFBIG beyond `limit` bytes; EINVAL when the item has a fault
 * that makes its content unreadable or the content is not what the directory says. */
int zip_item_read(const struct zip *z, size_t i, size_t limit, struct buf *ret, struct error *e);

/* What a thread that reads many items keeps from one to the next: decompressors, and room for
 * compressed data. Zeroed at first. */
struct zip_scratch {
	struct libdeflate_decompressor *whole;
	struct z_stream_s *head;
	struct buf packed;
};
void zip_scratch_free(struct zip_scratch *s);
#define CLEANUP_ZIP_SCRATCH __attribute__((cleanup(zip_scratch_free)))

int zip_item_read_with(const struct zip *z, size_t i, size_t limit, struct zip_scratch *s,
		       struct buf *ret, struct error *e);
/* The first n bytes of the content, or all when there are less. What lies behind them is not
 * looked at, nor is the CRC. */
int zip_item_head(const struct zip *z, size_t i, size_t n, struct zip_scratch *s, struct buf *ret,
		  struct error *e);

/* The same piece by piece. */
struct zip_stream;
struct zip_stream *zip_stream_open(const struct zip *z, size_t i, struct error *e);
/* Bytes given (0 at the end, when size and CRC have been found right), or -errno. */
ssize_t zip_stream_read(struct zip_stream *s, void *to, size_t n, struct error *e);
void zip_stream_close(struct zip_stream *s);

/* Adds the archive as a root of the inventory. `dir` is where it stands for in messages and where
 * a trace's paths are looked for (NULL: the archive's own path). Directories that only follow from
 * names are added. Facts that decisions read (ELF, metadata texts) are read when `facts` is set.
 * The root owns the archive then. Call inventory_index when all roots are added. */
int zip_tree_read(struct zip *z, const char *dir, const char *prefix, bool facts,
		  struct inventory *inv, struct error *e);
