/* files - whole files in, whole files out.
 *
 * An outfile is written beside its target without a name (O_TMPFILE; where the file system has
 * none, under a hidden temporary name), synced, and renamed over the target by outfile_commit.
 * Whatever fails and whenever the program is killed, the target is the old file or the new one,
 * and nothing else is left behind (base/janitor).
 *
 * Files that belong together are prepared first, which is where writing fails, then placed one by
 * one; when the last one cannot be placed the others are taken back. Killed between two, the first
 * are new and the rest old: so what the others speak of comes last.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Occupies each of the descriptors 0, 1 and 2 that is closed with one that can be neither read nor
 * written (EBADF, as if it were closed) and that no command inherits. Otherwise the first file
 * that is opened would become standard output or error. */
void files_occupy_standard(void);

/* Reads a regular file of at most `limit` bytes into *ret (which is emptied first). EFBIG when
 * it is larger, EISDIR and EINVAL when it is no regular file. */
int file_read(const char *path, size_t limit, struct buf *ret, struct error *e);

/* The same relative to a directory descriptor; `path` is only for messages. */
int file_read_at(int dirfd, const char *name, const char *path, size_t limit, struct buf *ret,
		 struct error *e);

/* Writes all bytes, going on after EINTR and short writes. Returns 0 or -errno. */
int write_all(int fd, const void *data, size_t len);

/* The same at an offset. */
int pwrite_all(int fd, const void *data, size_t len, uint64_t offset);

/* Reads exactly len bytes at the offset. Returns 0 or -errno, -ENODATA when the file ends. */
int pread_all(int fd, void *to, size_t len, uint64_t offset);

/* A hidden name beside `target` that nothing has. The caller frees. */
char *file_temp_name(const char *target);

/* Syncs the directory that holds `path`, after a rename into it. A file system that cannot is no
 * error: the rename has happened. */
void file_sync_dir(const char *path);

struct outfile {
	int fd;                  /* open for reading and writing; -1 when not open */
	char *target;            /* where it will appear */
	char *tmp;               /* its present name, NULL while it has none */
	struct janitor *janitor; /* removes tmp if we are killed; NULL while there is no tmp */
	bool placed;             /* target is the new file; tmp, if there is one, the old */
};

#define OUTFILE_NONE     \
	{                \
		.fd = -1 \
	}
#define CLEANUP_OUTFILE __attribute__((cleanup(outfile_discard)))

/* Opens an output beside `target`. Fails early where the target is a directory (EISDIR) or no
 * regular file (EINVAL), or its directory is missing or not writable. Mode is 0666 less the umask. */
int outfile_open(const char *target, struct outfile *ret, struct error *e);

/* fsync, rename over the target, fsync of the directory. On failure nothing has changed. */
int outfile_commit(struct outfile *f, struct error *e);

/* The steps of outfile_commit. Prepare: synced, under a hidden name. Place: under its own name; the
 * old file has the hidden one until outfile_discard, which ends this for good, and take_back puts
 * it in its place again. */
int outfile_prepare(struct outfile *f, struct error *e);
int outfile_place(struct outfile *f, struct error *e);
void outfile_take_back(struct outfile *f);

/* Writes all of it, and commits. */
int outfile_put(struct outfile *f, const struct buf *text, struct error *e);

/* A whole file from nothing: open, put. */
int file_write(const char *path, const struct buf *text, struct error *e);

/* Drops an output that was not committed; harmless after a commit. */
void outfile_discard(struct outfile *f);
