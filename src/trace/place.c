#include "trace/place.h"

#include "base/files.h"
#include "base/mem.h"
#include "trace/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int detach_mounts(struct error *e)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(e, errno, "cannot make the mounts private");
	return 0;
}

int place_private(struct error *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(e, errno, "cannot make a private mount namespace");
	return detach_mounts(e);
}

static int write_proc(const char *name, const char *text, struct error *e)
{
	CLEANUP_FREE char *path = xasprintf("/proc/self/%s", name);
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : write_all(fd, text, strlen(text));

	return r < 0 ? error_errno(e, -r, "cannot write %s", path) : 0;
}

int place_private_user(struct error *e)
{
	CLEANUP_FREE char *uid = xasprintf("%u %u 1\n", geteuid(), geteuid());
	CLEANUP_FREE char *gid = xasprintf("%u %u 1\n", getegid(), getegid());
	int r;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return error_errno(e, errno, "cannot make a user namespace to mount in");
	r = write_proc("setgroups", "deny", e);
	if (r == 0)
		r = write_proc("uid_map", uid, e);
	if (r == 0)
		r = write_proc("gid_map", gid, e);
	return r == 0 ? detach_mounts(e) : r;
}

int place_no_rights(struct error *e)
{
	if (drop_capabilities() < 0)
		return error_errno(e, errno, "cannot drop capabilities");
	return 0;
}

/* What a bind mount has from its source and must keep: in a user namespace they are locked. */
static unsigned long kept_flags(const char *path)
{
	static const struct {
		unsigned long st, ms;
	} flags[] = {{ST_NOSUID, MS_NOSUID},     {ST_NODEV, MS_NODEV},
		     {ST_NOEXEC, MS_NOEXEC},     {ST_NOATIME, MS_NOATIME},
		     {ST_RELATIME, MS_RELATIME}, {ST_NODIRATIME, MS_NODIRATIME}};
	unsigned long ret = 0;
	struct statvfs st;

	if (statvfs(path, &st) < 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (st.f_flag & flags[i].st)
			ret |= flags[i].ms;
	return ret;
}

int place_over(struct place *p, const char *from, const char *over, struct error *e)
{
	unsigned long keep = kept_flags(from);

	if (mount(from, over, NULL, MS_BIND, NULL) < 0)
		return error_errno(e, errno, "cannot put %s in the place of %s", from, over);
	p->over = xreallocarray(p->over, p->n + 1, sizeof(*p->over));
	p->over[p->n++] = xstrdup(over);
	if (mount(NULL, over, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | keep, NULL) < 0)
		return error_errno(e, errno, "cannot make what stands at %s read-only", over);
	return 0;
}

int place_enter(struct place *p, struct error *e)
{
	p->cwd = getcwd(NULL, 0);
	if (!p->cwd)
		return error_errno(e, errno, "cannot tell the current directory");
	if (chdir(p->cwd) < 0)
		return error_errno(e, errno,
				   "the current directory %s is not in the layer; run verify from "
				   "outside the tree",
				   p->cwd);
	return 0;
}

void place_undo(struct place *p)
{
	for (size_t i = p->n; i > 0; i--) {
		/* A process that the run left behind may hold it: it loses the name at least. */
		(void)umount2(p->over[i - 1], MNT_DETACH);
		free(p->over[i - 1]);
	}
	free(p->over);
	if (p->cwd && chdir(p->cwd) < 0 && chdir("/") < 0)
		abort();
	free(p->cwd);
	*p = (struct place){0};
}
