#include "layer/tree.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/path.h"
#include "layer/content.h"
#include "layer/elf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many directories may wait, open, for a thread; what comes on top of them the thread that found
 * it reads itself. */
#define WAITING_MAX 16
#define THREADS_MAX 16

struct waiting {
	int fd;
	char *path;
	int depth;
};

/* What the threads share, under the lock. */
struct shared {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct waiting waiting[WAITING_MAX];
	size_t n;
	unsigned busy; /* threads that may still find directories */
	bool failed;
	struct inventory_root *root;
	char *const *names; /* the only ones to read directly below the root, or NULL */
	size_t n_names;
};

/* One thread's part. */
struct walk {
	struct shared *shared;
	const struct inventory_root *root;
	struct entry *entries;
	size_t n, cap;
	struct error *e;
};

static int walk_dir(struct walk *w, int dirfd, const char *path, int depth);

static int read_content(struct walk *w, int dirfd, const char *name, struct entry *ent)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	if (content_may_be_elf(ent)) {
		CLEANUP_CLOSE int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0)
			return error_errno(w->e, errno, "cannot open %s/%s", w->root->dir,
					   ent->path);
		ent->elf = elf_read(fd);
	}
	if (!content_wants_text(ent->path))
		return 0;
	r = file_read_at(dirfd, name, ent->path, CONTENT_TEXT_MAX, &text, w->e);
	if (r < 0)
		return error_add(w->e, "%s", w->root->dir);
	ent->text_len = text.len;
	ent->text = buf_take(&text);
	return 0;
}

static int read_link(struct walk *w, int dirfd, const char *name, struct entry *ent)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dirfd, name, target, sizeof(target));

	if (n < 0 || n == (ssize_t)sizeof(target))
		return error_errno(w->e, n < 0 ? errno : ENAMETOOLONG, "cannot read the link %s/%s",
				   w->root->dir, ent->path);
	ent->link_target = xstrndup(target, (size_t)n);
	return 0;
}

static enum entry_type type_of(mode_t mode)
{
	return S_ISREG(mode)   ? ENTRY_FILE
	       : S_ISDIR(mode) ? ENTRY_DIR
	       : S_ISLNK(mode) ? ENTRY_LINK
			       : ENTRY_OTHER;
}

/* Takes the path. */
static struct entry *add_entry(struct walk *w, char *path, const struct stat *st)
{
	struct entry *ent;

	w->entries = array_grow(w->entries, w->n, &w->cap, sizeof(*ent));
	ent = &w->entries[w->n++];
	*ent = (struct entry){
		.path = path,
		.type = type_of(st->st_mode),
		.mode = st->st_mode & 07777,
		.size = (uint64_t)st->st_size,
		.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec,
	};
	return ent;
}

/* Leaves an open directory to whoever has time for it; false when too many wait. */
static bool leave(struct shared *sh, int fd, const char *path, int depth)
{
	bool room;

	pthread_mutex_lock(&sh->lock);
	room = sh->n < WAITING_MAX;
	if (room) {
		sh->waiting[sh->n++] = (struct waiting){fd, xstrdup(path), depth};
		pthread_cond_signal(&sh->changed);
	}
	pthread_mutex_unlock(&sh->lock);
	return room;
}

static int walk_child(struct walk *w, int dirfd, const char *dir, const char *name, int depth)
{
	char *path = path_join(dir, name);
	struct entry *ent;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		error_errno(w->e, errno, "cannot stat %s/%s", w->root->dir, path);
		free(path);
		return -w->e->code;
	}
	ent = add_entry(w, path, &st);
	if (ent->type == ENTRY_FILE)
		return read_content(w, dirfd, name, ent);
	if (ent->type == ENTRY_LINK)
		return read_link(w, dirfd, name, ent);
	if (ent->type == ENTRY_DIR) {
		int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

		if (fd < 0)
			return error_errno(w->e, errno, "cannot open directory %s/%s", w->root->dir,
					   path);
		return leave(w->shared, fd, path, depth + 1) ? 0 : walk_dir(w, fd, path, depth + 1);
	}
	return 0;
}

static bool is_wanted(const struct walk *w, const char *dir, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (!w->shared->names || dir[0])
		return true;
	for (size_t i = 0; i < w->shared->n_names; i++)
		if (strcmp(w->shared->names[i], name) == 0)
			return true;
	return false;
}

/* Takes the descriptor. */
static int walk_dir(struct walk *w, int dirfd, const char *path, int depth)
{
	DIR *dir = fdopendir(dirfd);
	struct dirent *de;
	int r = 0;

	if (!dir) {
		close(dirfd);
		return error_errno(w->e, errno, "cannot list %s/%s", w->root->dir, path);
	}
	if (depth > TREE_DEPTH_MAX)
		r = error_set(w->e, ELOOP, "%s/%s: directories are nested more than %d deep",
			      w->root->dir, path, TREE_DEPTH_MAX);
	while (r == 0 && (errno = 0, de = readdir(dir)))
		if (is_wanted(w, path, de->d_name))
			r = walk_child(w, dirfd, path, de->d_name, depth);
	if (r == 0 && errno)
		r = error_errno(w->e, errno, "cannot list %s/%s", w->root->dir, path);
	closedir(dir);
	return r;
}

/* The next directory, or false when there is none and will be none. With the lock held. */
static bool take(struct shared *sh, struct waiting *ret)
{
	sh->busy--;
	while (!sh->n && sh->busy && !sh->failed)
		pthread_cond_wait(&sh->changed, &sh->lock);
	if (sh->failed || !sh->n) {
		pthread_cond_broadcast(&sh->changed);
		return false;
	}
	*ret = sh->waiting[--sh->n];
	sh->busy++;
	return true;
}

static void add_entries(struct shared *sh, struct walk *w)
{
	struct inventory_root *root = sh->root;

	if (!w->n)
		return;
	root->entries =
		xreallocarray(root->entries, root->n_entries + w->n + 1, sizeof(*w->entries));
	if (w->n)
		memcpy(root->entries + root->n_entries, w->entries, w->n * sizeof(*w->entries));
	root->n_entries += w->n;
	free(w->entries);
}

static void work(struct parallel *p, void *ctx)
{
	struct shared *sh = ctx;
	CLEANUP_ERROR struct error e = {0};
	struct walk w = {.shared = sh, .root = sh->root, .e = &e};
	struct waiting dir;

	pthread_mutex_lock(&sh->lock);
	sh->busy++;
	while (take(sh, &dir)) {
		int r;

		pthread_mutex_unlock(&sh->lock);
		r = walk_dir(&w, dir.fd, dir.path, dir.depth);
		free(dir.path);
		if (r < 0)
			parallel_fail(p, &e);
		pthread_mutex_lock(&sh->lock);
		sh->failed |= r < 0;
	}
	add_entries(sh, &w);
	pthread_mutex_unlock(&sh->lock);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static int walk_root(struct shared *sh, struct error *e)
{
	struct inventory_root *root = sh->root;
	int fd = open(root->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0)
		return error_errno(e, errno, "cannot open the root %s", root->dir);
	pthread_mutex_init(&sh->lock, NULL);
	pthread_cond_init(&sh->changed, NULL);
	leave(sh, fd, "", 0);
	r = parallel_run(THREADS_MAX, 0, work, sh, e);
	while (sh->n) {
		close(sh->waiting[--sh->n].fd);
		free(sh->waiting[sh->n].path);
	}
	pthread_cond_destroy(&sh->changed);
	pthread_mutex_destroy(&sh->lock);
	if (r == 0 && root->n_entries)
		qsort(root->entries, root->n_entries, sizeof(*root->entries), by_path);
	return r;
}

int tree_read_names(const char *dir, const char *prefix, char *const *names, size_t n,
		    struct inventory *inv, struct error *e)
{
	char *resolved = realpath(dir, NULL);
	struct shared sh = {.names = names, .n_names = n};

	if (!resolved)
		return error_errno(e, errno, "cannot find the root %s", dir);
	inv->roots = xreallocarray(inv->roots, inv->n_roots + 1, sizeof(*inv->roots));
	sh.root = &inv->roots[inv->n_roots++];
	*sh.root = (struct inventory_root){
		.dir = resolved, .prefix = xstrdup(prefix), .partial = names != NULL};
	return walk_root(&sh, e);
}

int tree_read(const char *dir, const char *prefix, struct inventory *inv, struct error *e)
{
	return tree_read_names(dir, prefix, NULL, 0, inv, e);
}
