#include "layer/dirout.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int make_parents(const char *top, const char *name, struct error *e)
{
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		CLEANUP_FREE char *dir = xasprintf("%s/%.*s", top, (int)(p - name), name);

		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return error_errno(e, errno, "cannot make directory %s", dir);
	}
	return 0;
}

static int write_file(const char *path, const struct member *m, struct error *e)
{
	CLEANUP_BUF struct buf content = {0};
	CLEANUP_CLOSE int fd = -1;
	int r = member_read(m, &content, e);

	if (r < 0)
		return r;
	if (m->kind == MEMBER_LINK)
		return symlink(content.data ? content.data : "", path) < 0
			       ? error_errno(e, errno, "cannot make the link %s", path)
			       : 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, m->mode);
	if (fd < 0)
		return error_errno(e, errno, "cannot create %s", path);
	r = write_all(fd, content.data, content.len);
	if (r == 0 && (fchmod(fd, m->mode) < 0 || fsync(fd) < 0))
		r = -errno;
	return r < 0 ? error_errno(e, -r, "cannot write %s", path) : 0;
}

static int write_members(const struct members *m, const char *top,
			 const struct layer_progress *progress, struct error *e)
{
	uint64_t done = 0, total = 0;
	int r = 0;

	for (size_t i = 0; i < m->n; i++)
		total += m->list[i].size;
	for (size_t i = 0; r == 0 && i < m->n; i++) {
		const struct member *one = &m->list[i];
		CLEANUP_FREE char *path = xasprintf("%s/%s", top, one->name);

		r = make_parents(top, one->name, e);
		if (r == 0 && one->kind != MEMBER_DIR)
			r = write_file(path, one, e);
		else if (r == 0 && mkdir(path, 0755) < 0 && errno != EEXIST)
			r = error_errno(e, errno, "cannot make directory %s", path);
		done += one->size;
		if (progress->update)
			progress->update(progress->ctx, done, total);
	}
	return r;
}

int dir_write(const struct members *m, const char *target, const struct layer_progress *progress,
	      struct error *e)
{
	CLEANUP_FREE char *clean = path_clean(target);
	CLEANUP_FREE char *tmp = NULL;
	CLEANUP_FREE char *dir = path_dir(clean);
	int r;

	if (rmdir(clean) < 0 && errno != ENOENT)
		return error_set(e, errno,
				 "cannot write %s: it exists and is not an empty directory; remove "
				 "it or choose another name",
				 target);
	tmp = xasprintf("%s%s.%s.XXXXXX", dir, dir[0] && strcmp(dir, "/") != 0 ? "/" : "",
			path_base(clean));
	if (!mkdtemp(tmp))
		return error_errno(e, errno, "cannot make a directory beside %s", target);
	r = write_members(m, tmp, progress, e);
	if (r == 0 && (chmod(tmp, 0755) < 0 || rename(tmp, clean) < 0))
		r = error_errno(e, errno, "cannot rename %s to %s", tmp, clean);
	if (r < 0)
		nftw(tmp, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return r;
}
