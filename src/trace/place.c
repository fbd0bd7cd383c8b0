#include "trace/place.h"

#include "base/mem.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

int place_private(struct error *e)
{
	if (unshare(CLONE_NEWNS) < 0)
		return error_errno(e, errno, "cannot make a private mount namespace");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return error_errno(e, errno, "cannot make the mounts private");
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
