/* fault - an LD_PRELOAD library that makes the calls that write files fail, or slow.
 *
 *   FAULT_AT=N         the Nth such call on a regular file or a name fails …
 *   FAULT_ERRNO=E      … with this errno (5); a write of more than one byte first writes half
 *   FAULT_LOG=FILE     is made when a call was made to fail
 *   FAULT_NO_TMPFILE=1 O_TMPFILE is not supported, as on NFS and older overlayfs
 *   FAULT_COMMAND=C    the shell runs C before the first file is made: when all has been decided
 *   FAULT_SLEEP_MS=N   link, rename and sync take so long, to be killed in the middle of
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;

static long setting(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : 0;
}

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

#define NEXT(name) ((__typeof__(name) *)next(#name))

/* Whether this call is the one; sets errno. */
static bool fails(void)
{
	long at = setting("FAULT_AT");

	if (!at || atomic_fetch_add(&calls, 1) + 1 != at)
		return false;
	if (getenv("FAULT_LOG"))
		close(NEXT(open)(getenv("FAULT_LOG"), O_CREAT | O_WRONLY, 0600));
	errno = (int)setting("FAULT_ERRNO");
	errno = errno ? errno : EIO;
	return true;
}

static void dawdle(void)
{
	usleep((useconds_t)setting("FAULT_SLEEP_MS") * 1000);
}

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

ssize_t write(int fd, const void *data, size_t n)
{
	int saved;

	if (!is_file(fd) || !fails())
		return NEXT(write)(fd, data, n);
	saved = errno;
	if (n > 1)
		(void)!NEXT(write)(fd, data, n / 2);
	errno = saved;
	return -1;
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t offset)
{
	int saved;

	if (!is_file(fd) || !fails())
		return NEXT(pwrite)(fd, data, n, offset);
	saved = errno;
	if (n > 1)
		(void)!NEXT(pwrite)(fd, data, n / 2, offset);
	errno = saved;
	return -1;
}

int fsync(int fd)
{
	dawdle();
	return is_file(fd) && fails() ? -1 : NEXT(fsync)(fd);
}

int syncfs(int fd)
{
	dawdle();
	return fails() ? -1 : NEXT(syncfs)(fd);
}

int fchmod(int fd, mode_t mode)
{
	return is_file(fd) && fails() ? -1 : NEXT(fchmod)(fd, mode);
}

int chmod(const char *path, mode_t mode)
{
	return fails() ? -1 : NEXT(chmod)(path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : NEXT(mkdir)(path, mode);
}

int symlink(const char *target, const char *path)
{
	return fails() ? -1 : NEXT(symlink)(target, path);
}

int rename(const char *from, const char *to)
{
	int r;

	dawdle();
	if (fails())
		return -1;
	r = NEXT(rename)(from, to);
	dawdle();
	return r;
}

/* The way back after a failure must not fail as well: only what is tried first counts. */
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	int r;

	dawdle();
	if (fails())
		return -1;
	r = NEXT(renameat2)(from_dir, from, to_dir, to, flags);
	dawdle();
	return r;
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	int r;

	dawdle();
	/* A link that fails because the name is taken is the normal way to find that out. */
	r = NEXT(linkat)(from_dir, from, to_dir, to, flags);
	if (r == 0 && fails()) {
		int saved = errno;

		unlinkat(to_dir, to, 0);
		errno = saved;
		r = -1;
	}
	dawdle();
	return r;
}

static void meddle(void)
{
	const char *set = getenv("FAULT_COMMAND");
	char *command = set ? strdup(set) : NULL;

	if (!command)
		return;
	unsetenv("FAULT_COMMAND"); /* once */
	if (system(command) != 0)
		abort();
	free(command);
}

int open(const char *path, int flags, ...)
{
	bool makes = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (makes)
		meddle();
	if ((flags & O_TMPFILE) == O_TMPFILE && setting("FAULT_NO_TMPFILE")) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (makes && fails())
		return -1;
	return NEXT(open)(path, flags, mode);
}
