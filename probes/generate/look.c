/* Operations that change nothing. */
#include "generate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

bool name_for(struct worker *w, struct node *n, bool nofollow, bool cwd_only, struct named *ret)
{
	uint32_t how = rnd(&w->random, 10);
	int i = (int)rnd(&w->random, 4);
	struct spot start = w->cwd;
	bool absolute = how < 4;

	ret->dirfd = AT_FDCWD;
	if (!absolute && !cwd_only && how > 6 && w->fds[i] >= 0) {
		ret->dirfd = w->fds[i];
		start = w->dirs[i];
	}
	if (!spell(&w->world, &w->random, start, absolute, n, ret->name))
		return false;
	ret->plain = ret->name[0] != '/' && !strstr(ret->name, "..");
	ret->to.node = NULL;
	ret->means = world_walk(&w->world, start, ret->name, nofollow, &ret->to);
	return ret->means != MEANS_OUTSIDE;
}

/* Something to look at, mostly its own. */
static struct node *anything(struct worker *w, int kind)
{
	struct node *shared = node_find(w->world.top, "shared", 6);
	struct node *n = NULL;

	if (!w->world.root && chance(&w->random, 30))
		n = pick(&w->random, shared, kind);
	return n ? n : pick_own(&w->world, &w->random, w->own, kind);
}

/* Checks a result against the world; true when the call was to succeed. */
static bool as_said(const struct named *n, long ret, const char *what)
{
	if ((ret >= 0) != (n->means == MEANS))
		fail(what, n->name);
	return ret >= 0;
}

static void use_fd(struct worker *w, int fd, struct spot at)
{
	char buf[4096];
	void *map;
	int i;

	if (at.node->kind == DIRECTORY) {
		if (chance(&w->random, 40)) {
			while (syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0)
				;
			expect(w, "list", at.node);
		}
		i = (int)rnd(&w->random, 4);
		if (w->fds[i] >= 0)
			close(w->fds[i]);
		w->fds[i] = fd;
		w->dirs[i] = at;
		return;
	}
	if (chance(&w->random, 40)) {
		map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
		if (map == MAP_FAILED)
			fail("mmap", at.node->name);
		munmap(map, 4096);
		expect(w, "map", at.node);
	}
	close(fd);
}

static void look_open(struct worker *w)
{
	struct named n;
	int fd;

	if (!name_for(w, anything(w, -1), false, false, &n))
		return;
	fd = openat(n.dirfd, n.name, O_RDONLY | O_CLOEXEC);
	if (!as_said(&n, fd, "open"))
		return;
	expect(w, "open", n.to.node);
	use_fd(w, fd, n.to);
}

static void look_old_open(struct worker *w)
{
	struct named n;
	long fd;

	if (!name_for(w, anything(w, -1), false, true, &n))
		return;
#ifdef SYS_open
	fd = syscall(SYS_open, n.name, O_RDONLY | O_CLOEXEC);
#else
	fd = open(n.name, O_RDONLY | O_CLOEXEC);
#endif
	if (!as_said(&n, fd, "open"))
		return;
	expect(w, "open", n.to.node);
	use_fd(w, (int)fd, n.to);
}

/* A path-only descriptor of a symlink itself. */
static void look_path(struct worker *w)
{
	struct named n;
	int fd;

	if (!name_for(w, anything(w, -1), true, false, &n))
		return;
	fd = openat(n.dirfd, n.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (!as_said(&n, fd, "open O_PATH"))
		return;
	expect(w, "open", n.to.node);
	close(fd);
}

/*
 * A scoped walk with ".." in it is refused with EAGAIN when anything on the machine was renamed or
 * mounted meanwhile, and is to be asked again (openat2(2); fs/namei.c, handle_dots).
 */
static long open_scoped(int dirfd, const char *name, struct open_how *how)
{
	long fd;

	do
		fd = syscall(SYS_openat2, dirfd, name, how, sizeof(*how));
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

static void look_openat2(struct worker *w)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};
	struct named n;
	long fd;

	if (!name_for(w, anything(w, -1), false, false, &n))
		return;
	how.resolve = RESOLVE_NO_MAGICLINKS;
	fd = open_scoped(n.dirfd, n.name, &how);
	if (!as_said(&n, fd, "openat2"))
		return;
	expect(w, "open", n.to.node);
	use_fd(w, (int)fd, n.to);
}

/* openat2 with a directory as the root: absolute names and symlinks start there. */
static void look_in_root(struct worker *w)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	int i = (int)rnd(&w->random, 4);
	struct node *root_before = w->world.root;
	struct named n = {0};
	long fd;

	if (w->fds[i] < 0 || w->dirs[i].mount || w->world.n_mounts)
		return;
	n.dirfd = w->fds[i];
	w->world.root = w->dirs[i].node;
	if (!spell(&w->world, &w->random, w->dirs[i], chance(&w->random, 50),
		   pick(&w->random, w->dirs[i].node, -1), n.name)) {
		w->world.root = root_before;
		return;
	}
	n.means = world_walk(&w->world, w->dirs[i], n.name, false, &n.to);
	w->world.root = root_before;
	if (n.means == MEANS_OUTSIDE)
		return;
	fd = open_scoped(n.dirfd, n.name, &how);
	if (!as_said(&n, fd, "openat2 in root"))
		return;
	expect(w, "open", n.to.node);
	use_fd(w, (int)fd, n.to);
}

/* Refused by the kernel although the name means something: nothing is touched. */
static void look_beneath(struct worker *w)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
	struct named n;
	long fd;

	if (!name_for(w, anything(w, -1), false, false, &n))
		return;
	fd = open_scoped(n.dirfd, n.name, &how);
	if (fd < 0)
		return;
	if (n.means != MEANS)
		fail("openat2 beneath", n.name);
	expect(w, "open", n.to.node);
	close((int)fd);
}

static long stat_some_way(struct worker *w, struct named *n, bool nofollow)
{
	int flag = nofollow ? AT_SYMLINK_NOFOLLOW : 0;
	struct statx stx;
	struct stat st;
	struct statfs fs;

	if (n->dirfd == AT_FDCWD && chance(&w->random, 40)) {
#ifdef SYS_stat
		return syscall(nofollow ? SYS_lstat : SYS_stat, n->name, &st);
#endif
	}
	if (!nofollow && n->dirfd == AT_FDCWD && chance(&w->random, 20))
		return statfs(n->name, &fs);
	if (chance(&w->random, 30))
		return statx(n->dirfd, n->name, flag, STATX_TYPE, &stx);
	return fstatat(n->dirfd, n->name, &st, flag);
}

static void look_stat(struct worker *w)
{
	bool nofollow = chance(&w->random, 30);
	struct named n;

	if (name_for(w, anything(w, -1), nofollow, false, &n) &&
	    as_said(&n, stat_some_way(w, &n, nofollow), "stat"))
		expect(w, "stat", n.to.node);
}

static void look_access(struct worker *w)
{
	struct named n;
	long r;

	if (!name_for(w, anything(w, -1), false, false, &n))
		return;
	if (chance(&w->random, 30))
		r = syscall(439 /* faccessat2 */, n.dirfd, n.name, F_OK, AT_EACCESS);
	else
		r = syscall(SYS_faccessat, n.dirfd, n.name, F_OK);
	if (as_said(&n, r, "access"))
		expect(w, "stat", n.to.node);
}

static void look_readlink(struct worker *w)
{
	struct node *link = anything(w, SYMLINK);
	char target[4096];
	struct named n;

	if (!link || !name_for(w, link, true, false, &n) || n.means != MEANS ||
	    n.to.node->kind != SYMLINK)
		return;
	if (as_said(&n, readlinkat(n.dirfd, n.name, target, sizeof(target)), "readlink"))
		expect(w, "readlink", n.to.node);
}

static void look_watch(struct worker *w)
{
	struct named n;
	int fd;

	if (!name_for(w, anything(w, -1), false, true, &n))
		return;
	fd = inotify_init1(IN_CLOEXEC);
	if (fd < 0)
		return;
	if (as_said(&n, inotify_add_watch(fd, n.name, IN_OPEN), "inotify"))
		expect(w, "stat", n.to.node);
	close(fd);
}

/* A handle, and a file opened by it. */
static void look_handle(struct worker *w)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = {.handle.handle_bytes = MAX_HANDLE_SZ};
	struct named n;
	int mount_id, fd;

	if (w->world.n_mounts || !name_for(w, anything(w, PLAIN), false, false, &n) ||
	    n.means != MEANS || n.to.node->linked)
		return;
	expect(w, "stat", n.to.node); /* looked up in any case */
	if (name_to_handle_at(n.dirfd, n.name, &h.handle, &mount_id, AT_SYMLINK_FOLLOW) < 0)
		return; /* not every file system has them */
	fd = open_by_handle_at(AT_FDCWD, &h.handle, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return; /* needs a right */
	expect(w, "open", n.to.node);
	close(fd);
}

static void look_chdir(struct worker *w)
{
	int i = (int)rnd(&w->random, 4);
	struct named n;

	if (chance(&w->random, 40) && w->fds[i] >= 0) {
		if (fchdir(w->fds[i]) < 0)
			fail("fchdir", w->dirs[i].node->name);
		w->cwd = w->dirs[i];
		expect(w, "stat", w->cwd.node);
		return;
	}
	if (!name_for(w, anything(w, DIRECTORY), false, true, &n))
		return;
	if (n.means == MEANS && n.to.node->kind != DIRECTORY)
		return;
	if (!as_said(&n, chdir(n.name), "chdir"))
		return;
	w->cwd = n.to;
	expect(w, "stat", n.to.node);
}

/* Down and down by descriptors, beyond PATH_MAX. */
static void look_deep(struct worker *w)
{
	struct node *n = w->own, *next = NULL;
	char *path = node_path(&w->world, n);
	int fd, to;

	if (w->world.root || w->world.n_mounts || n->frozen) {
		free(path);
		return;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	if (fd < 0)
		fail("open", n->name);
	expect(w, "open", n);
	for (;; n = next, fd = to) {
		next = NULL;
		for (struct node *k = n->kids; k; k = k->next)
			if (k->kind == DIRECTORY && (!next || k->kids))
				next = k;
		if (!next)
			break;
		to = openat(fd, next->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (to < 0)
			fail("open", next->name);
		close(fd);
		expect(w, "open", next);
	}
	for (struct node *k = n->kids; k; k = k->next)
		if (faccessat(fd, k->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			expect(w, "stat", k);
	use_fd(w, fd, world_spot(&w->world, n));
}

static void look_exec(struct worker *w)
{
	/* Only where nothing changes: its interpreter is read from it afterwards. */
	struct node *program = pick(&w->random, node_find(w->world.top, "shared", 6), PROGRAM);
	char *argv[] = {"true", NULL}, *envp[] = {NULL};
	bool by_fd = chance(&w->random, 40);
	struct named n;
	int status, fd = -1;
	pid_t pid;

	if (!w->may_exec || !program || !name_for(w, program, false, false, &n) ||
	    n.means != MEANS || n.to.node->kind != PROGRAM)
		return;
	if (by_fd) {
		fd = openat(n.dirfd, n.name, O_RDONLY);
		if (fd < 0)
			fail("open", n.name);
		expect(w, "open", n.to.node);
	}
	pid = vfork();
	if (pid == 0) {
		if (by_fd)
			syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
		else
			syscall(SYS_execveat, n.dirfd, n.name, argv, envp, 0);
		_exit(9);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		fail("exec", n.name);
	expect(w, "exec", n.to.node);
	if (fd >= 0)
		close(fd);
}

void look(struct worker *w)
{
	static const struct {
		void (*op)(struct worker *w);
		uint32_t weight;
	} ops[] = {
		{look_open, 20},    {look_old_open, 10}, {look_path, 6},   {look_openat2, 6},
		{look_in_root, 6},  {look_beneath, 4},   {look_stat, 25},  {look_access, 8},
		{look_readlink, 6}, {look_watch, 3},     {look_handle, 4}, {look_chdir, 8},
		{look_deep, 1},     {look_exec, 2},
	};
	uint32_t total = 0, at;

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		total += ops[i].weight;
	at = rnd(&w->random, total);
	for (size_t i = 0;; i++) {
		if (at < ops[i].weight) {
			ops[i].op(w);
			return;
		}
		at -= ops[i].weight;
	}
}
