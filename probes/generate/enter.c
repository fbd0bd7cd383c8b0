/* What some workers see: another root, mounts of their own. */
#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("write", path);
	close(fd);
}

/* A mount namespace, mostly by a user namespace that maps the user to itself. */
static bool own_namespace(struct worker *w)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();
	bool user = uid != 0 || chance(&w->random, 50);

	if (unshare(CLONE_NEWNS | (user ? CLONE_NEWUSER : 0)) < 0)
		return false;
	if (user) {
		write_text("/proc/self/setgroups", "deny");
		snprintf(map, sizeof(map), "%u %u 1", uid, uid);
		write_text("/proc/self/uid_map", map);
		snprintf(map, sizeof(map), "%u %u 1", gid, gid);
		write_text("/proc/self/gid_map", map);
	}
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Directories that mounts hide or show must stay where they are. */
static void pin(struct node *n)
{
	for (; n; n = n->parent)
		n->frozen = true;
}

static struct node *short_directory(struct worker *w)
{
	for (int i = 0; i < 20; i++) {
		struct node *n = pick(&w->random, w->own, DIRECTORY);
		char *path = node_path(&w->world, n);
		struct spot at;
		bool fits = strlen(path) < 3000 && n != w->own &&
			    world_walk(&w->world, w->cwd, path, true, &at) == MEANS &&
			    at.node == n && !at.mount;

		free(path);
		if (fits && !n->frozen)
			return n;
	}
	return NULL;
}

static void add_mount(struct worker *w, struct mount *parent, struct node *point, struct node *root)
{
	w->world.mounts[w->world.n_mounts++] =
		(struct mount){.parent = parent, .point = point, .root = root};
	pin(point);
	pin(root);
}

static void bind_some(struct worker *w)
{
	struct node *from = short_directory(w), *to = short_directory(w);
	char *a, *b;

	if (!from || !to || node_below(to, from) || node_below(from, to))
		return;
	a = node_path(&w->world, from);
	b = node_path(&w->world, to);
	if (mount(a, b, NULL, MS_BIND, NULL) < 0)
		fail("bind", b);
	add_mount(w, NULL, to, from);
	free(a);
	free(b);
}

static void tmpfs_some(struct worker *w)
{
	struct node *to = short_directory(w), *root;
	char *path;

	if (!to)
		return;
	path = node_path(&w->world, to);
	if (mount("none", path, "tmpfs", 0, NULL) < 0)
		fail("tmpfs", path);
	root = node_add(NULL, "tmpfs", DIRECTORY);
	root->hidden = root->made = true;
	add_mount(w, NULL, to, root);
	free(path);
}

/* A directory that is seen in a mount: one that is there, or in a tmpfs a new one. Its path. */
static char *directory_within(struct worker *w, struct mount *m, struct node **ret)
{
	char *above = node_path(&w->world, m->point), *path;
	struct node *n = NULL;
	struct spot at;

	if (!m->root->hidden)
		for (n = m->root->kids; n && (n->kind != DIRECTORY || n->frozen);)
			n = n->next;
	else
		(n = node_add(m->root, "inner", DIRECTORY))->made = true;
	if (!n || asprintf(&path, "%s/%s", above, n->name) < 0)
		path = NULL;
	free(above);
	if (!path)
		return NULL;
	if (n->hidden && mkdir(path, 0755) < 0)
		fail("mkdir", path);
	if (strlen(path) > 3000 || world_walk(&w->world, w->cwd, path, true, &at) != MEANS ||
	    at.node != n || at.mount != m) {
		free(path);
		return NULL;
	}
	*ret = n;
	return path;
}

/* In each mount another one, which is not where the mount's own directory is. */
static void nest_some(struct worker *w)
{
	for (int i = w->world.n_mounts - 1; i >= 0; i--) {
		struct mount *m = &w->world.mounts[i];
		struct node *from = short_directory(w), *to;
		char *path = from ? directory_within(w, m, &to) : NULL, *source;

		if (!path || node_below(to, from) || node_below(from, to)) {
			free(path);
			continue;
		}
		source = node_path(&w->world, from);
		if (mount(source, path, NULL, MS_BIND, NULL) < 0)
			fail("bind", path);
		add_mount(w, m, to, from);
		free(source);
		free(path);
	}
}

bool enter_mounts(struct worker *w)
{
	if (!own_namespace(w))
		return false;
	bind_some(w);
	tmpfs_some(w);
	bind_some(w);
	nest_some(w);
	/* The current directory is where it was: below what may be mounted over now. */
	return true;
}

static void set_root(struct worker *w)
{
	w->world.root = w->own;
	w->cwd = world_spot(&w->world, w->own);
	w->may_exec = false;
}

bool enter_chroot(struct worker *w)
{
	if (geteuid() != 0)
		return false;
	if (chroot(".") < 0 || chdir("/") < 0)
		fail("chroot", ".");
	expect(w, "stat", w->own);
	set_root(w);
	return true;
}

bool enter_pivot(struct worker *w)
{
	char *path;

	if (!own_namespace(w))
		return false;
	path = node_path(&w->world, w->own);
	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(path) < 0)
		fail("bind", path);
	expect(w, "stat", w->own);
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		fail("pivot_root", path);
	free(path);
	set_root(w);
	return true;
}
