#include "base/files.h"

#include "base/janitor.h"
#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

void files_occupy_standard(void)
{
	/* O_PATH: reading and writing give EBADF. The lowest free number is the one given. */
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)!open("/", O_PATH | O_CLOEXEC);
}

static int read_fd(int fd, const char *path, size_t limit, struct buf *ret, struct error *e)
{
	buf_truncate(ret, 0);
	for (;;) {
		ssize_t n;

		buf_reserve(ret, 65536);
		n = read(fd, ret->data + ret->len, ret->cap - ret->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(e, errno, "cannot read %s", path);
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
		if (n == 0)
			return 0;
		if (ret->len > limit)
			return error_set(e, EFBIG,
					 "%s is larger than the %zu bytes that are read at most",
					 path, limit);
	}
}

int file_read_at(int dirfd, const char *name, const char *path, size_t limit, struct buf *ret,
		 struct error *e)
{
	/* O_NONBLOCK: a FIFO that somebody put in the place of a file must not hang us. */
	CLEANUP_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return error_errno(e, errno, "cannot open %s", path);
	if (fstat(fd, &st) < 0)
		return error_errno(e, errno, "cannot stat %s", path);
	if (S_ISDIR(st.st_mode))
		return error_set(e, EISDIR, "%s is a directory, not a file", path);
	if (!S_ISREG(st.st_mode))
		return error_set(e, EINVAL, "%s is not a regular file", path);
	return read_fd(fd, path, limit, ret, e);
}

int file_read(const char *path, size_t limit, struct buf *ret, struct error *e)
{
	return file_read_at(AT_FDCWD, path, path, limit, ret, e);
}

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int pwrite_all(int fd, const void *data, size_t len, uint64_t offset)
{
	const char *p = data;

	while (len) {
		ssize_t n = pwrite(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

int pread_all(int fd, void *to, size_t len, uint64_t offset)
{
	char *p = to;

	while (len) {
		ssize_t n = pread(fd, p, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENODATA;
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

/* The directory that holds path, "." for a bare name. */
static char *holding_dir(const char *path)
{
	CLEANUP_FREE char *dir = path_dir(path);

	return dir[0] ? TAKE_PTR(dir) : xstrdup(".");
}

char *file_temp_name(const char *target)
{
	CLEANUP_FREE char *dir = holding_dir(target);
	uint64_t r = 0;

	/* Uniqueness, not secrecy: link and open(O_EXCL) below fail on a clash. */
	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		r = (uint64_t)getpid();
	return xasprintf("%s/.%s.%016llx.tmp", dir, path_base(target), (unsigned long long)r);
}

int outfile_open(const char *target, struct outfile *ret, struct error *e)
{
	CLEANUP_OUTFILE struct outfile f = OUTFILE_NONE;
	CLEANUP_FREE char *dir = holding_dir(target);
	struct stat st;

	if (!path_base(target)[0] || (stat(target, &st) == 0 && S_ISDIR(st.st_mode)))
		return error_set(e, EISDIR, "cannot write %s: it is a directory", target);
	/* A rename would put a file in the place of /dev/null. */
	if (stat(target, &st) == 0 && !S_ISREG(st.st_mode))
		return error_set(e, EINVAL,
				 "cannot write %s: it is a device, pipe or socket, not a file",
				 target);
	f.target = xstrdup(target);
	f.fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (f.fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		f.tmp = file_temp_name(target);
		f.janitor = janitor_start(f.tmp);
		f.fd = open(f.tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	}
	if (f.fd < 0)
		return error_errno(e, errno, "cannot write in directory %s (for %s)", dir, target);
	*ret = f;
	f = (struct outfile)OUTFILE_NONE;
	return 0;
}

/* Gives a file without a name one beside its target. */
static int link_aside(struct outfile *f, struct error *e)
{
	CLEANUP_FREE char *self = xasprintf("/proc/self/fd/%d", f->fd);
	CLEANUP_FREE char *tmp = file_temp_name(f->target);

	f->janitor = janitor_start(tmp);
	if (linkat(AT_FDCWD, self, AT_FDCWD, tmp, AT_SYMLINK_FOLLOW) < 0)
		return error_errno(e, errno, "cannot write %s", tmp);
	f->tmp = TAKE_PTR(tmp);
	return 0;
}

/* Puts an unnamed file in its place, or where that is taken beside it: a link cannot replace. */
static int outfile_link(struct outfile *f, struct error *e)
{
	CLEANUP_FREE char *self = xasprintf("/proc/self/fd/%d", f->fd);

	if (linkat(AT_FDCWD, self, AT_FDCWD, f->target, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno != EEXIST)
		return error_errno(e, errno, "cannot write %s", f->target);
	return link_aside(f, e);
}

void file_sync_dir(const char *target)
{
	CLEANUP_FREE char *dir = holding_dir(target);
	CLEANUP_CLOSE int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* The rename has happened; a file system that cannot sync directories changes nothing. */
	if (fd >= 0)
		(void)fsync(fd);
}

int outfile_commit(struct outfile *f, struct error *e)
{
	int r = 0;

	if (fsync(f->fd) < 0)
		return error_errno(e, errno, "cannot write %s", f->target);
	if (!f->tmp)
		r = outfile_link(f, e);
	if (r < 0)
		return r;
	if (f->tmp && rename(f->tmp, f->target) < 0)
		return error_errno(e, errno, "cannot rename %s to %s", f->tmp, f->target);
	free(TAKE_PTR(f->tmp));
	file_sync_dir(f->target);
	outfile_discard(f);
	return 0;
}

int outfile_prepare(struct outfile *f, struct error *e)
{
	if (fsync(f->fd) < 0)
		return error_errno(e, errno, "cannot write %s", f->target);
	return f->tmp ? 0 : link_aside(f, e);
}

int outfile_place(struct outfile *f, struct error *e)
{
	int r = renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->target, RENAME_EXCHANGE);

	f->placed = r == 0;
	/* No old file, or a file system that cannot exchange. */
	if (r < 0 && (errno == ENOENT || errno == EINVAL || errno == ENOSYS)) {
		r = rename(f->tmp, f->target);
		f->placed = r == 0;
		if (f->placed)
			free(TAKE_PTR(f->tmp));
	}
	if (r < 0)
		return error_errno(e, errno, "cannot rename %s to %s", f->tmp, f->target);
	file_sync_dir(f->target);
	return 0;
}

void outfile_take_back(struct outfile *f)
{
	if (!f->placed)
		return;
	if (f->tmp)
		(void)renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->target, RENAME_EXCHANGE);
	else
		(void)unlink(f->target);
	f->placed = false;
}

int outfile_put(struct outfile *f, const struct buf *text, struct error *e)
{
	int r = write_all(f->fd, text->data, text->len);

	return r < 0 ? error_errno(e, -r, "cannot write %s", f->target) : outfile_commit(f, e);
}

int file_write(const char *path, const struct buf *text, struct error *e)
{
	CLEANUP_OUTFILE struct outfile out = OUTFILE_NONE;
	int r = outfile_open(path, &out, e);

	return r < 0 ? r : outfile_put(&out, text, e);
}

void outfile_discard(struct outfile *f)
{
	if (f->tmp)
		unlink(f->tmp);
	janitor_dismiss(f->janitor);
	if (f->fd >= 0)
		close(f->fd);
	free(f->tmp);
	free(f->target);
	*f = (struct outfile)OUTFILE_NONE;
}
