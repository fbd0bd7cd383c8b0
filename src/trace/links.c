#include "trace/links.h"

#include "base/mem.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A change is visible a little before its call ends. */
#define SLACK_NS 20000000

/* --- paths longer than PATH_MAX --------------------------------------------------------------- */

/* Opens the directory that holds the last piece of an overlong path; *rest is that piece. */
static int open_above(const char *path, const char **rest)
{
	int fd = AT_FDCWD;

	while (strlen(path) >= PATH_MAX) {
		char piece[PATH_MAX];
		const char *cut = memrchr(path + 1, '/', PATH_MAX - 2);
		int next;

		if (!cut)
			break;
		memcpy(piece, path, (size_t)(cut - path));
		piece[cut - path] = '\0';
		next = openat(fd, piece, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			close(fd);
		if (next < 0)
			return -1;
		fd = next;
		path = cut + 1;
	}
	*rest = path;
	return fd;
}

int path_lstat(const char *path, struct stat *st)
{
	CLEANUP_CLOSE int fd = -1;

	if (strlen(path) < PATH_MAX)
		return lstat(path, st);
	fd = open_above(path, &path);
	return fd < 0 ? -1 : fstatat(fd, path, st, AT_SYMLINK_NOFOLLOW);
}

ssize_t path_readlink(const char *path, char *target, size_t size)
{
	CLEANUP_CLOSE int fd = -1;

	if (strlen(path) < PATH_MAX)
		return readlink(path, target, size);
	fd = open_above(path, &path);
	return fd < 0 ? -1 : readlinkat(fd, path, target, size);
}

bool path_meets_file(const char *name, bool nofollow)
{
	CLEANUP_FREE char *bare = xstrdup(name);
	struct stat st;

	for (size_t n = strlen(bare); n > 1 && bare[n - 1] == '/'; n--)
		bare[n - 1] = '\0';
	return fstatat(AT_FDCWD, bare, &st, nofollow ? AT_SYMLINK_NOFOLLOW : 0) < 0 &&
	       errno == ENOTDIR;
}

/* --- facts ------------------------------------------------------------------------------------ */

static struct link_fact *get(struct links *l, const char *path)
{
	bool is_new;
	size_t at = *strmap_add(&l->by_path, path, strlen(path), l->n, &is_new);

	if (is_new) {
		l->facts = array_grow(l->facts, l->n, &l->cap, sizeof(*l->facts));
		l->facts[l->n++] = (struct link_fact){.path = xstrdup(path)};
	}
	return &l->facts[at];
}

static void set(struct link_fact *f, enum link_state state, const char *target, int64_t read_ns)
{
	char *copy = target ? xstrdup(target) : NULL;

	free(f->target);
	f->target = copy;
	f->state = state;
	f->gone = false;
	f->read_ns = read_ns;
}

/* Where nothing else is known, what was there before the run counts. */
static void remember(struct link_fact *f)
{
	if (f->state == LINK_NONE && f->was_plain)
		set(f, LINK_PLAIN, NULL, 0);
}

/* Keeps what the path is, before a change. */
static void keep(const struct links *l, struct link_fact *f)
{
	remember(f);
	f->was_plain = false;
	f->past = array_grow(f->past, f->n_past, &f->cap_past, sizeof(*f->past));
	f->past[f->n_past++] = (struct link_past){.target = f->target ? xstrdup(f->target) : NULL,
						  .state = f->state,
						  .until_ns = l->at_ns};
}

/* What the path was at the time of the record, when it has changed since; else NULL. */
static struct link_past *past_of(const struct links *l, const struct link_fact *f)
{
	size_t i = f->n_past;

	while (i > 0 && f->past[i - 1].until_ns > l->at_ns)
		i--;
	return i < f->n_past ? &f->past[i] : NULL;
}

/* A late record tells what the path was until it changed. */
static void learn(struct link_past *p, enum link_state state, const char *target)
{
	if (p->state != LINK_NONE)
		return;
	p->state = state;
	p->target = target ? xstrdup(target) : NULL;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* A time of the wall clock, as a file has them, by CLOCK_MONOTONIC. */
static int64_t monotonic_ns(int64_t sec, int64_t nsec)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return now_ns() - (wall.tv_sec - sec) * INT64_C(1000000000) - (wall.tv_nsec - nsec);
}

/* Whether the symlink at the path may be younger than the record that asks. Making, moving and
 * linking one sets the time of its last change (inode(7)). */
static bool is_newer(const struct links *l, const char *path)
{
	struct stat st;

	return !l->last_word && path_lstat(path, &st) == 0 &&
	       monotonic_ns(st.st_ctim.tv_sec, st.st_ctim.tv_nsec) > l->at_ns - SLACK_NS;
}

/* When a directory was made, where the file system tells: it changes with each entry. */
static int64_t birth_ns(const char *path)
{
	struct statx stx;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &stx) < 0 ||
	    !(stx.stx_mask & STATX_BTIME))
		return INT64_MAX;
	return monotonic_ns(stx.stx_btime.tv_sec, stx.stx_btime.tv_nsec);
}

enum presence links_presence(const struct links *l, const char *path)
{
	const size_t *at = strmap_find(&l->by_path, path, strlen(path));
	const struct link_fact *f = at ? &l->facts[*at] : NULL;
	const struct link_past *p = f ? past_of(l, f) : NULL;
	int64_t since;
	struct stat st;

	if (p ? p->state != LINK_NONE : f && f->state != LINK_NONE && !f->read_ns && !f->gone)
		return PRESENT;
	if (path_lstat(path, &st) < 0)
		return ABSENT;
	since = monotonic_ns(st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	if (since > l->at_ns - SLACK_NS && S_ISDIR(st.st_mode))
		since = birth_ns(path);
	return since > l->at_ns - SLACK_NS ? UNSURE : PRESENT;
}

/* readlink of a path, or of where it has been moved to; ENOENT also for a symlink that came after
 * the record. */
static ssize_t read_target(const struct links *l, const char *path, char *target, size_t size)
{
	ssize_t n = path_readlink(path, target, size);
	const char *rest = n < 0 && (errno == ENOENT || errno == ENOTDIR) && l->moved_from
				   ? path_below(path, l->moved_from)
				   : NULL;
	CLEANUP_FREE char *moved = NULL;

	if (n >= 0 && is_newer(l, path)) {
		errno = ENOENT;
		return -1;
	}
	if (!rest)
		return n;
	moved = path_join(l->moved_to, rest);
	return path_readlink(moved, target, size);
}

/* Asks the disk; LINK_NONE when what was there is gone. */
static enum link_state ask(const struct links *l, struct link_fact *f)
{
	char target[PATH_MAX];
	ssize_t n;

	if (f->path[0] != '/') { /* in memory: what the run has not made a symlink is none */
		set(f, LINK_PLAIN, NULL, 0);
		return LINK_PLAIN;
	}
	n = read_target(l, f->path, target, sizeof(target) - 1);
	if (n < 0 && errno != EINVAL)
		return errno == ENOENT || errno == ENOTDIR ? LINK_NONE : LINK_UNREADABLE;
	if (n >= 0)
		target[n] = '\0';
	set(f, n < 0 ? LINK_PLAIN : LINK_SYMLINK, n < 0 ? NULL : target, now_ns());
	return f->state;
}

enum link_state links_look(struct links *l, const char *path, const char **target)
{
	struct link_fact *f = get(l, path);
	const struct link_past *p = past_of(l, f);
	enum link_state state = f->state;

	if (p) {
		*target = p->target;
		return p->state;
	}
	/* Gone, and yet it was found: somebody else has made it again, and the disk tells; or two
	 * threads' records have changed places, and what it was is still known. */
	if (state == LINK_NONE || f->gone) {
		enum link_state asked = ask(l, f);

		if (asked != LINK_NONE || state == LINK_NONE)
			state = asked;
	}
	if (state == LINK_NONE && f->was_plain)
		return LINK_PLAIN;
	*target = f->target;
	return state;
}

static void doubt(struct links *l, const char *path)
{
	if (!l->unsure++)
		l->unsure_path = xstrdup(path);
}

/* What was read about a path, at about the time that the run changed it, is not sure. */
static bool is_young(const struct links *l, const struct link_fact *f)
{
	if (f->was_plain && f->state == LINK_PLAIN)
		return false;
	return f->state != LINK_NONE && f->read_ns && f->read_ns > l->at_ns - SLACK_NS;
}

void links_plain(struct links *l, const char *path)
{
	struct link_fact *f = get(l, path);
	struct link_past *p = past_of(l, f);

	if (p) {
		learn(p, LINK_PLAIN, NULL);
		return;
	}
	if (f->state == LINK_SYMLINK && f->read_ns)
		doubt(l, path);
	if (f->state != LINK_PLAIN || f->gone || f->read_ns)
		set(f, LINK_PLAIN, NULL, 0);
}

bool links_directory(struct links *l, const char *path)
{
	struct link_fact *f = get(l, path);
	struct link_past *p = past_of(l, f);

	if (p) {
		learn(p, LINK_PLAIN, NULL);
		return true;
	}
	/* A directory that is removed can still be stood in: what came to its path since counts. */
	if ((f->state == LINK_PLAIN && !f->read_ns) || f->gone ||
	    (f->state == LINK_SYMLINK && !f->read_ns))
		return false;
	links_plain(l, path);
	return true;
}

void links_made(struct links *l, const char *path, const char *target, bool directory)
{
	struct link_fact *f = get(l, path);
	struct link_past *p = past_of(l, f);
	enum link_state state = target ? LINK_SYMLINK : LINK_PLAIN;

	if (p) {
		learn(p, state, target);
		return;
	}
	if (f->state != state || target)
		keep(l, f);
	f->was_plain = false;
	set(f, state, target, 0);
	f->leaf = !directory;
}

void links_removed(struct links *l, const char *path, bool directory)
{
	struct link_fact *f = get(l, path);
	struct link_past *p = past_of(l, f);

	if (p) {
		if (directory)
			learn(p, LINK_PLAIN, NULL);
		return;
	}
	remember(f);
	if (directory)
		set(f, LINK_PLAIN, NULL, 0);
	else if (is_young(l, f))
		doubt(l, path);
	f->gone = true;
}

/* --- before the run --------------------------------------------------------------------------- */

struct survey {
	struct links *links;
	dev_t dev;
	size_t left;
	char **dirs; /* still to be looked at */
	size_t n, cap;
};

static void survey_entry(struct survey *s, int fd, const char *dir, const struct dirent *d)
{
	CLEANUP_FREE char *path = path_join(dir, d->d_name);
	unsigned char type = d->d_type;
	struct stat st;

	if (type == DT_UNKNOWN && fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = IFTODT(st.st_mode);
	if (type == DT_UNKNOWN || type == DT_LNK)
		return;
	get(s->links, path)->was_plain = true;
	if (type != DT_DIR)
		return;
	s->dirs = array_grow(s->dirs, s->n, &s->cap, sizeof(*s->dirs));
	s->dirs[s->n++] = TAKE_PTR(path);
}

/* The entries of one directory, if it is on the file system that the survey began on. */
static void survey_dir(struct survey *s, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;
	struct stat st;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fstat(fd, &st) == 0 && (!s->dev || st.st_dev == s->dev)) {
		s->dev = st.st_dev;
		while (s->left && (d = readdir(dir))) {
			s->left--;
			if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
				survey_entry(s, fd, path, d);
		}
	}
	closedir(dir);
}

void links_survey(struct links *l, const char *dir, size_t most)
{
	struct survey s = {.links = l, .left = most};

	survey_dir(&s, dir);
	for (size_t i = 0; i < s.n; i++) {
		if (s.left)
			survey_dir(&s, s.dirs[i]);
		free(s.dirs[i]);
	}
	free(s.dirs);
}

/* --- moving ----------------------------------------------------------------------------------- */

struct move {
	size_t from;
	char *to, *target;
	enum link_state state;
	bool leaf;
};

struct moves {
	struct move *items;
	size_t n, cap;
};

static void plan_one(struct moves *m, const struct link_fact *f, size_t at, char *to)
{
	m->items = array_grow(m->items, m->n, &m->cap, sizeof(*m->items));
	m->items[m->n++] = (struct move){.from = at,
					 .to = to,
					 .target = f->target ? xstrdup(f->target) : NULL,
					 .state = f->state,
					 .leaf = f->leaf};
}

static void plan_move(struct moves *m, const struct links *l, const char *from, const char *to)
{
	size_t *at = strmap_find(&l->by_path, from, strlen(from));

	if (at && l->facts[*at].leaf) {
		plan_one(m, &l->facts[*at], *at, xstrdup(to));
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct link_fact *f = &l->facts[i];
		const char *rest =
			f->gone || f->state == LINK_NONE ? NULL : path_below(f->path, from);

		if (rest)
			plan_one(m, f, i, path_join(to, rest));
	}
}

static void carry_out(struct links *l, struct moves *m)
{
	for (size_t i = 0; i < m->n; i++)
		l->facts[m->items[i].from].gone = true;
	for (size_t i = 0; i < m->n; i++) {
		struct link_fact *f = get(l, m->items[i].to);

		keep(l, f);
		set(f, m->items[i].state, m->items[i].target, 0);
		f->leaf = m->items[i].leaf;
		free(m->items[i].to);
		free(m->items[i].target);
	}
	free(m->items);
}

void links_settle(struct links *l, const char *from, const char *to)
{
	struct link_fact *f = get(l, from), now = {.path = (char *)(uintptr_t)to};
	bool last_word = l->last_word;

	remember(f);
	if (past_of(l, f) || (f->state != LINK_NONE && !is_young(l, f)))
		return;
	l->last_word = true; /* its own move has changed it */
	if (ask(l, &now) < LINK_PLAIN) {
		if (f->state != LINK_NONE)
			doubt(l, from);
	} else if (f->state != LINK_NONE && f->state != now.state)
		doubt(l, from);
	else
		set(f, now.state, now.target, 0);
	l->last_word = last_word;
	free(now.target);
}

void links_moved(struct links *l, const char *from, const char *to, bool exchange)
{
	bool known = past_of(l, get(l, from));
	struct link_fact *over = get(l, to);
	struct moves moves = {0};

	/* Later changes are known already, and what they made of it is not worked out anew. */
	if (known || past_of(l, over)) {
		doubt(l, from);
		return;
	}
	if (!exchange && is_young(l, over))
		doubt(l, to);
	plan_move(&moves, l, from, to);
	if (exchange)
		plan_move(&moves, l, to, from);
	keep(l, over);
	over->gone = true;
	carry_out(l, &moves);
}

void links_linked(struct links *l, const char *from, const char *to)
{
	const char *target;
	enum link_state state = links_look(l, from, &target);
	CLEANUP_FREE char *copy = target ? xstrdup(target) : NULL;
	struct link_fact *f = get(l, to);

	if (state == LINK_PLAIN || state == LINK_SYMLINK) {
		links_made(l, to, copy, false);
	} else if (!past_of(l, f)) {
		keep(l, f);
		set(f, LINK_NONE, NULL, 0);
	}
}

bool links_may_lead(const struct links *l, const char *path)
{
	const size_t *at = strmap_find(&l->by_path, path, strlen(path));

	return at && !l->facts[*at].leaf;
}

void links_free(struct links *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct link_fact *f = &l->facts[i];

		for (size_t k = 0; k < f->n_past; k++)
			free(f->past[k].target);
		free(f->past);
		free(f->path);
		free(f->target);
	}
	free(l->facts);
	free(l->unsure_path);
	strmap_free(&l->by_path);
	*l = (struct links){0};
}
