/* Operations that make, change, move and remove.
 *
 * What was there before the run is changed only after it has been lstat'ed by a name that does not
 * lead through it, symlinks not at all, and what was moved stays: the recorder looks at the disk a
 * little later, and where it finds neither the path nor a word of the run about it, it must call
 * the trace incomplete. Every tenth seed does it all the same: there both answers are right, but
 * not a complete trace that lacks something.
 */
#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_risky(const struct worker *w)
{
	return w->seed % 10 == 9;
}

/* Whether somebody stands in or holds a directory at or below `n`. */
static bool in_use(const struct worker *w, const struct node *n)
{
	if (node_below(w->cwd.node, n) || node_below(w->own, n) || node_below(w->world.root, n))
		return true;
	for (int i = 0; i < 4; i++)
		if (w->fds[i] >= 0 && node_below(w->dirs[i].node, n))
			return true;
	for (int i = 0; i < w->world.n_mounts; i++)
		if (node_below(w->world.mounts[i].point, n) ||
		    node_below(w->world.mounts[i].root, n))
			return true;
	return false;
}

static bool any_frozen(const struct node *n)
{
	bool found = n->frozen;

	for (const struct node *k = n->kids; k && !found; k = k->next)
		found = any_frozen(k);
	return found;
}

static void freeze(struct node *n)
{
	n->frozen = true;
	for (struct node *k = n->kids; k; k = k->next)
		freeze(k);
}

static bool any_before(const struct node *n)
{
	bool found = !n->made;

	for (const struct node *k = n->kids; k && !found; k = k->next)
		found = any_before(k);
	return found;
}

/* Whether a name leads through `v` and back (v/../v). */
static bool leads_through(const char *name, const struct node *v)
{
	size_t n = strlen(v->name);

	for (const char *at = strstr(name, v->name); at; at = strstr(at + 1, v->name))
		if ((at == name || at[-1] == '/') && at[n] == '/')
			return true;
	return false;
}

/* Something of its own that may be changed, and its name; it has been shown what it is. */
static struct node *victim(struct worker *w, struct named *n)
{
	struct node *v = pick_own(&w->world, &w->random, w->own, -1);
	struct stat st;

	if (v->kind == PROGRAM || in_use(w, v) || !name_for(w, v, true, false, n) ||
	    n->means != MEANS || n->to.node != v)
		return NULL;
	if (is_risky(w))
		return v;
	if (leads_through(n->name, v))
		return NULL;
	if (any_frozen(v) || (v->kind == SYMLINK && !v->made))
		return NULL;
	for (const struct node *up = v->parent; up && up != w->own; up = up->parent)
		if (up->frozen)
			return NULL;
	if (!v->seen) {
		if (fstatat(n->dirfd, n->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			fail("lstat", n->name);
		expect(w, "stat", v);
		v->seen = true;
	}
	return v;
}

/* A new name in some directory of its own. */
static struct node *new_place(struct worker *w, struct named *n, char fresh[256])
{
	struct node *dir = pick_own(&w->world, &w->random, w->own, DIRECTORY);

	if (!name_for(w, dir, false, false, n) || n->means != MEANS ||
	    n->to.node->kind != DIRECTORY ||
	    (!n->to.node->hidden && !node_below(n->to.node, w->own)))
		return NULL;
	fresh_name(&w->random, n->to.node, fresh);
	if (strlen(n->name) + strlen(fresh) + 2 > sizeof(n->name))
		return NULL;
	strcat(n->name, "/");
	strcat(n->name, fresh);
	return n->to.node;
}

static struct node *add_made(struct node *dir, const char *name, enum kind kind)
{
	struct node *n = node_add(dir, name, kind);

	n->made = n->seen = true;
	return n;
}

static void change_create(struct worker *w)
{
	char fresh[256];
	struct named n;
	struct node *dir = new_place(w, &n, fresh);
	int fd;

	if (!dir)
		return;
#ifdef SYS_creat
	if (n.dirfd == AT_FDCWD && chance(&w->random, 20))
		fd = (int)syscall(SYS_creat, n.name, 0644);
	else
#endif
		fd = openat(n.dirfd, n.name, O_CREAT | O_RDWR | O_CLOEXEC | O_EXCL, 0644);
	if (fd < 0)
		fail("create", n.name);
	close(fd);
	expect(w, "open,write,made", add_made(dir, fresh, PLAIN));
}

static void change_mkdir(struct worker *w)
{
	char fresh[256];
	struct named n;
	struct node *dir = new_place(w, &n, fresh);

	if (!dir)
		return;
	if (mkdirat(n.dirfd, n.name, 0755) < 0)
		fail("mkdir", n.name);
	expect(w, "write,made", add_made(dir, fresh, DIRECTORY));
}

static void change_mknod(struct worker *w)
{
	char fresh[256];
	struct named n;
	struct node *dir = new_place(w, &n, fresh);

	if (!dir)
		return;
	if (mknodat(n.dirfd, n.name, S_IFREG | 0644, 0) < 0)
		fail("mknod", n.name);
	expect(w, "write,made", add_made(dir, fresh, PLAIN));
}

static void change_symlink(struct worker *w)
{
	char fresh[256], text[4096];
	struct named n;
	struct node *dir = new_place(w, &n, fresh), *link;

	if (!dir || !spell(&w->world, &w->random, n.to, chance(&w->random, 30),
			   pick_own(&w->world, &w->random, w->own, -1), text))
		return;
	if (symlinkat(text, n.dirfd, n.name) < 0)
		fail("symlink", n.name);
	link = add_made(dir, fresh, SYMLINK);
	link->text = strdup(text);
	expect(w, "write,made", link);
}

static void change_link(struct worker *w)
{
	char fresh[256];
	struct named from, to;
	struct node *n = pick_own(&w->world, &w->random, w->own, PLAIN), *dir;

	if (!n || !name_for(w, n, true, false, &from) || from.means != MEANS || from.to.node != n)
		return;
	dir = new_place(w, &to, fresh);
	if (!dir || to.to.mount != from.to.mount)
		return;
	if (linkat(from.dirfd, from.name, to.dirfd, to.name, 0) < 0)
		fail("link", to.name);
	expect(w, "stat", n);
	n->linked = true;
	n = add_made(dir, fresh, PLAIN);
	n->linked = true;
	expect(w, "write,made", n);
}

/* A file that exists: written to, cut, its mode and times changed. */
static void change_content(struct worker *w)
{
	struct node *file = pick_own(&w->world, &w->random, w->own, PLAIN);
	struct named n;
	int fd;

	if (!file || !name_for(w, file, false, false, &n) || n.means != MEANS ||
	    n.to.node->kind != PLAIN)
		return;
	switch (rnd(&w->random, n.dirfd == AT_FDCWD ? 4 : 3)) {
	case 0:
		fd = openat(n.dirfd, n.name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			fail("open for writing", n.name);
		close(fd);
		expect(w, "open,write", n.to.node);
		break;
	case 1:
		if (fchmodat(n.dirfd, n.name, 0644, 0) < 0)
			fail("chmod", n.name);
		expect(w, "stat", n.to.node);
		break;
	case 2:
		if (utimensat(n.dirfd, n.name, NULL, 0) < 0)
			fail("utimens", n.name);
		expect(w, "stat", n.to.node);
		break;
	default:
		if (truncate(n.name, 3) < 0)
			fail("truncate", n.name);
		expect(w, "write", n.to.node);
	}
}

/* A file without a name. */
static void change_tmpfile(struct worker *w)
{
	struct named n;
	int fd;

	if (!name_for(w, pick_own(&w->world, &w->random, w->own, DIRECTORY), false, false, &n) ||
	    n.means != MEANS || n.to.node->kind != DIRECTORY)
		return;
	fd = openat(n.dirfd, n.name, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) { /* not every file system has them */
		if (errno == EOPNOTSUPP)
			expect(w, "stat", n.to.node);
		return;
	}
	expect(w, "open,write", n.to.node);
	close(fd);
}

static void change_remove(struct worker *w)
{
	struct named n;
	struct node *v = victim(w, &n);
	bool directory = v && v->kind == DIRECTORY;

	if (!v || v->kids)
		return;
	if (unlinkat(n.dirfd, n.name, directory ? AT_REMOVEDIR : 0) < 0)
		fail("unlink", n.name);
	expect(w, "write", v);
	node_remove(v);
}

/* What was there before is not moved twice, nor changed any more where it is now. */
static void was_moved(const struct worker *w, struct node *n)
{
	if (any_before(n) && !is_risky(w))
		freeze(n);
}

static void change_move(struct worker *w)
{
	char fresh[256];
	struct named from, to;
	struct node *v = victim(w, &from), *dir = v ? new_place(w, &to, fresh) : NULL;
	char *old;

	if (!dir || node_below(dir, v) || to.to.mount != from.to.mount || v->hidden != dir->hidden)
		return;
	if (renameat(from.dirfd, from.name, to.dirfd, to.name) < 0) {
		if (errno != EXDEV)
			fail("rename", to.name);
		/* overlayfs does not move directories of its lower layer, but has looked at it */
		expect(w, "stat", v);
		return;
	}
	old = node_path(&w->world, v);
	node_move(v, dir, fresh);
	if (!v->hidden) {
		expect_path(w, "write", old);
		expect(w, "write,moved", v);
	}
	free(old);
	was_moved(w, v);
}

/* A file over another one. */
static void change_replace(struct worker *w)
{
	struct named from, to;
	struct node *a = victim(w, &from), *b = a ? victim(w, &to) : NULL, *dir;
	char *old, *name;

	if (!b || a == b || a->kind == DIRECTORY || b->kind == DIRECTORY ||
	    (a->linked && b->linked) || to.to.mount != from.to.mount || a->hidden != b->hidden)
		return;
	if (renameat(from.dirfd, from.name, to.dirfd, to.name) < 0)
		fail("replace", to.name);
	old = node_path(&w->world, a);
	dir = b->parent;
	name = strdup(b->name);
	node_remove(b);
	node_move(a, dir, name);
	if (!a->hidden) {
		expect_path(w, "write", old);
		expect(w, "write,moved", a);
	}
	free(old);
	free(name);
	was_moved(w, a);
}

static void change_exchange(struct worker *w)
{
	struct named from, to;
	struct node *a = victim(w, &from), *b = a ? victim(w, &to) : NULL, *dir_a, *dir_b;
	char *name_a, *name_b;

	if (!b || node_below(a, b) || node_below(b, a) || to.to.mount != from.to.mount ||
	    a->hidden != b->hidden)
		return;
	if (syscall(SYS_renameat2, from.dirfd, from.name, to.dirfd, to.name, 2) < 0) {
		if (errno == EXDEV) /* overlayfs, as with change_move */
			expect(w, "stat", a);
		return; /* not every file system can */
	}
	expect(w, "write", a);
	expect(w, "write", b);
	name_a = strdup(a->name);
	name_b = strdup(b->name);
	dir_a = a->parent;
	dir_b = b->parent;
	node_move(a, dir_b, name_b);
	node_move(b, dir_a, name_a);
	free(name_a);
	free(name_b);
	was_moved(w, a);
	was_moved(w, b);
}

void change(struct worker *w)
{
	static void (*const ops[])(struct worker * w) = {
		change_create,  change_create,   change_mkdir,  change_mkdir,   change_mknod,
		change_symlink, change_symlink,  change_link,   change_content, change_content,
		change_tmpfile, change_remove,   change_remove, change_move,    change_move,
		change_replace, change_exchange,
	};

	ops[rnd(&w->random, sizeof(ops) / sizeof(*ops))](w);
}

void operate(struct worker *w)
{
	if (chance(&w->random, 35))
		change(w);
	else
		look(w);
}
