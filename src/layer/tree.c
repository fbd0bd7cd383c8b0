#include "layer/tree.h"

#include "base/files.h"
#include "base/mem.h"
#include "layer/content.h"
#include "layer/elf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
	struct inventory_root *root;
	size_t cap;
	char *const *names; /* the only ones to read directly below the root, or NULL */
	size_t n_names;
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
	struct inventory_root *root = w->root;
	struct entry *ent;

	root->entries = array_grow(root->entries, root->n_entries, &w->cap, sizeof(*ent));
	ent = &root->entries[root->n_entries++];
	*ent = (struct entry){
		.path = path,
		.type = type_of(st->st_mode),
		.mode = st->st_mode & 07777,
		.size = (uint64_t)st->st_size,
		.mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec,
	};
	return ent;
}

static int walk_child(struct walk *w, int dirfd, const char *dir, const char *name, int depth)
{
	char *path = dir[0] ? xasprintf("%s/%s", dir, name) : xstrdup(name);
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
		return walk_dir(w, fd, path, depth + 1);
	}
	return 0;
}

static bool is_wanted(const struct walk *w, const char *dir, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	if (!w->names || dir[0])
		return true;
	for (size_t i = 0; i < w->n_names; i++)
		if (strcmp(w->names[i], name) == 0)
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

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static int walk_root(struct walk *w)
{
	struct inventory_root *root = w->root;
	int fd = open(root->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return error_errno(w->e, errno, "cannot open the root %s", root->dir);
	r = walk_dir(w, fd, "", 0);
	if (r == 0 && root->n_entries)
		qsort(root->entries, root->n_entries, sizeof(*root->entries), by_path);
	return r;
}

int tree_read_names(const char *dir, const char *prefix, char *const *names, size_t n,
		    struct inventory *inv, struct error *e)
{
	char *resolved = realpath(dir, NULL);
	struct walk w = {.names = names, .n_names = n, .e = e};

	if (!resolved)
		return error_errno(e, errno, "cannot find the root %s", dir);
	inv->roots = xreallocarray(inv->roots, inv->n_roots + 1, sizeof(*inv->roots));
	w.root = &inv->roots[inv->n_roots++];
	*w.root = (struct inventory_root){
		.dir = resolved, .prefix = xstrdup(prefix), .partial = names != NULL};
	return walk_root(&w);
}

int tree_read(const char *dir, const char *prefix, struct inventory *inv, struct error *e)
{
	return tree_read_names(dir, prefix, NULL, 0, inv, e);
}
