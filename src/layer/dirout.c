#include "layer/dirout.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"
#include "layer/deflate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 18)

static int make_parents(const char *top, const char *name, struct error *e)
{
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		CLEANUP_FREE char *dir = xasprintf("%s/%.*s", top, (int)(p - name), name);

		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return error_errno(e, errno, "cannot make directory %s", dir);
	}
	return 0;
}

static int write_link(const char *path, const struct member *m, struct error *e)
{
	CLEANUP_BUF struct buf target = {0};
	int r = member_read(m, &target, e);

	if (r == 0 && symlink(target.data ? target.data : "", path) < 0)
		return error_errno(e, errno, "cannot make the link %s", path);
	return r;
}

/* A member of any size, from a small buffer. */
static int copy_big(int fd, const char *path, const struct member *m, struct error *e)
{
	CLEANUP_FREE char *piece = xmalloc(PIECE);
	struct content_stream *c = content_open(m->root, m->entry, e);
	ssize_t n = c ? 1 : -e->code;
	int r = 0;

	while (r == 0 && n > 0) {
		n = content_next(c, piece, PIECE, e);
		if (n > 0)
			r = write_all(fd, piece, (size_t)n);
	}
	content_close(c);
	return r < 0 ? error_errno(e, -r, "cannot write %s", path) : n < 0 ? (int)n : 0;
}

static int copy_small(int fd, const char *path, const struct member *m, struct error *e)
{
	CLEANUP_BUF struct buf content = {0};
	int r = member_read(m, &content, e);

	if (r < 0)
		return r;
	r = write_all(fd, content.data, content.len);
	return r < 0 ? error_errno(e, -r, "cannot write %s", path) : 0;
}

static int write_file(const char *path, const struct member *m, struct error *e)
{
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, m->mode);
	int r;

	if (fd < 0)
		return error_errno(e, errno, "cannot create %s", path);
	r = deflate_is_big(m) ? copy_big(fd, path, m, e) : copy_small(fd, path, m, e);
	if (r == 0 && fchmod(fd, m->mode) < 0)
		r = error_errno(e, errno, "cannot write %s", path);
	/* What a file system says only now (NFS, quotas) is an error like any other. */
	if (r == 0 && close(TAKE_FD(fd)) < 0)
		r = error_errno(e, errno, "cannot write %s", path);
	return r;
}

static int write_member(const char *path, const struct member *m, struct error *e)
{
	if (m->kind == MEMBER_FILE)
		return write_file(path, m, e);
	if (m->kind == MEMBER_LINK)
		return write_link(path, m, e);
	return mkdir(path, 0755) < 0 && errno != EEXIST
		       ? error_errno(e, errno, "cannot make directory %s", path)
		       : 0;
}

int dir_fill(const struct members *m, const char *top, const struct layer_progress *progress,
	     struct error *e)
{
	uint64_t done = 0, total = 0;
	int r = 0;

	for (size_t i = 0; i < m->n; i++)
		total += m->list[i].size;
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct member *one = &m->list[i];
		CLEANUP_FREE char *path = xasprintf("%s/%s", top, one->name);

		r = make_parents(top, one->name, e);
		if (r == 0)
			r = write_member(path, one, e);
		done += one->size;
		if (progress->update)
			progress->update(progress->ctx, done, total);
	}
	return r;
}

/* Nothing but the kernel's word tells whether thousands of files have reached the disk, and asking
 * for each costs more than writing them: one sync of the file system (errors are reported, 5.8). */
static int sync_tree(const char *dir, struct error *e)
{
	CLEANUP_CLOSE int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || syncfs(fd) < 0 ? error_errno(e, errno, "cannot write %s", dir) : 0;
}

static bool may_replace(const char *target)
{
	DIR *dir = opendir(target);
	struct dirent *de;
	int n = 0;

	if (!dir)
		return errno == ENOENT;
	while (n <= 2 && (de = readdir(dir)))
		n++;
	closedir(dir);
	return n <= 2;
}

static int write_tree(const struct members *m, const char *tmp,
		      const struct layer_progress *progress, struct error *e)
{
	int r = dir_fill(m, tmp, progress, e);

	if (r == 0 && chmod(tmp, 0755) < 0)
		r = error_errno(e, errno, "cannot write %s", tmp);
	return r == 0 ? sync_tree(tmp, e) : r;
}

int dirout_prepare(const struct members *m, const char *target,
		   const struct layer_progress *progress, struct dirout *ret, struct error *e)
{
	CLEANUP_DIROUT struct dirout d = {.target = path_clean(target)};
	int r;

	if (!may_replace(d.target))
		return error_set(e, EEXIST,
				 "cannot write %s: it exists and is not an empty directory; remove "
				 "it or choose another name",
				 target);
	d.tmp = file_temp_name(d.target);
	d.janitor = janitor_start(d.tmp);
	if (mkdir(d.tmp, 0700) < 0)
		return error_errno(e, errno, "cannot make a directory beside %s", target);
	r = write_tree(m, d.tmp, progress, e);
	if (r == 0) {
		*ret = d;
		d = (struct dirout){0};
	}
	return r;
}

int dirout_commit(struct dirout *d, struct error *e)
{
	/* Replaces an empty directory; ENOTEMPTY when somebody has filled it meanwhile. */
	if (rename(d->tmp, d->target) < 0)
		return error_errno(e, errno, "cannot rename %s to %s", d->tmp, d->target);
	free(TAKE_PTR(d->tmp));
	file_sync_dir(d->target);
	return 0;
}

int dir_write(const struct members *m, const char *target, const struct layer_progress *progress,
	      struct error *e)
{
	CLEANUP_DIROUT struct dirout d = {0};
	int r = dirout_prepare(m, target, progress, &d, e);

	return r == 0 ? dirout_commit(&d, e) : r;
}

void dirout_discard(struct dirout *d)
{
	if (d->tmp)
		remove_tree(d->tmp);
	janitor_dismiss(d->janitor);
	free(d->target);
	free(d->tmp);
	*d = (struct dirout){0};
}
