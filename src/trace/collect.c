#include "trace/collect.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "trace/heard.h"
#include "trace/interp.h"
#include "trace/looks.h"
#include "trace/origins.h"
#include "trace/resolve.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERP_DEPTH_MAX 5 /* fs/exec.c: scripts may name scripts, five times */

/* A record whose path cannot be told yet: a component of it is gone, and what it was comes out
 * when the record of its removal or move arrives. */
struct pending {
	struct event *event; /* with its strings behind it */
	char *gone;
};

#define PENDING_MAX 100000

struct collector {
	int64_t start_ns;
	struct trace_file *files;
	struct origin *origins; /* of each file */
	struct looks looks;
	size_t n_files, cap_files, cap_origins;
	struct strmap by_path; /* → index into files */
	struct trace_miss *misses;
	size_t n_misses, cap_misses;
	struct strmap missed;
	struct trace_process *processes;
	size_t n_processes, cap_processes;
	struct strmap interp_done; /* executed files whose interpreters are added */
	struct resolver resolver;
	struct pending *pending;
	size_t n_pending, cap_pending;
	struct collector_losses losses;
	struct trace_process *alive; /* scratch of collector_alive */
};

/* Entries that are looked at before the run: a few milliseconds. */
#define SURVEY_MAX 4096

struct collector *collector_new(void)
{
	return xcalloc(1, sizeof(struct collector));
}

void collector_survey(struct collector *c, const char *dir)
{
	links_survey(&c->resolver.links, dir, SURVEY_MAX);
}

/* --- what could not be told ------------------------------------------------------------------- */

static void lose(struct collector *c, uint64_t *counter, const char *path)
{
	if (!c->losses.example && path)
		c->losses.example = xstrdup(path);
	++*counter;
}

static void pend(struct collector *c, const struct event *ev, char *gone)
{
	size_t size = sizeof(*ev) + event_data_len(ev);
	struct event *copy;

	if (c->n_pending == PENDING_MAX) {
		lose(c, &c->losses.unresolved, gone);
		free(gone);
		return;
	}
	copy = xmalloc(size);
	memcpy(copy, ev, size);
	c->pending = array_grow(c->pending, c->n_pending, &c->cap_pending, sizeof(*c->pending));
	c->pending[c->n_pending++] = (struct pending){.event = copy, .gone = gone};
}

/* Tries again what waits for `path` or something below it, of which more is known now (NULL:
 * everything). What cannot be told even so is lost. */
static void retry_all(struct collector *c, const char *path, bool below)
{
	struct pending *all = c->pending;
	bool outer = c->resolver.late;
	size_t n = c->n_pending;

	if (!n)
		return;
	c->pending = NULL;
	c->n_pending = c->cap_pending = 0;
	for (size_t i = 0; i < n; i++) {
		size_t before = c->n_pending;
		const char *rest = path ? path_below(all[i].gone, path) : "";
		bool due = rest && (below || !*rest);

		if (!due) {
			pend(c, all[i].event, TAKE_PTR(all[i].gone));
		} else {
			c->resolver.late = true;
			collector_add(c, all[i].event, (const char *)(all[i].event + 1));
			c->resolver.late = outer;
			if (c->n_pending > before &&
			    strcmp(c->pending[before].gone, all[i].gone) == 0) {
				lose(c, &c->losses.unresolved, all[i].gone);
				free(c->pending[before].event);
				free(c->pending[before].gone);
				c->n_pending--;
			}
		}
		free(all[i].event);
		free(all[i].gone);
	}
	free(all);
}

static void retry(struct collector *c, const char *path)
{
	retry_all(c, path, true);
}

/* The run has used a path, and it is not a symlink: who waited for that can go on. */
static void is_plain(struct collector *c, const char *path)
{
	links_plain(&c->resolver.links, path);
	retry_all(c, path, false);
}

/* What `name` means, or NULL: then it is counted, waits, or is of no interest. */
static char *meaning(struct collector *c, const struct heard *h, const char *name, bool nofollow,
		     bool *via_link)
{
	char *path = NULL;

	switch (resolve(&c->resolver, &h->sight, name, nofollow, via_link, &path)) {
	case RESOLVED:
	case RESOLVED_MEMORY:
		return path;
	case UNRESOLVED_GONE:
		pend(c, h->ev, path);
		return NULL;
	case UNRESOLVED_SEEN:
		lose(c, &c->losses.unseen, name);
		return NULL;
	default:
		lose(c, &c->losses.unresolved, name);
		return NULL;
	}
}

/* --- files ------------------------------------------------------------------------------------ */

/* NULL for what has no path of the recorder's own (LOCATION_MEMORY): the run has made it. */
static struct trace_file *touch(struct collector *c, const struct event *ev, const char *path,
				uint32_t op, struct origin origin)
{
	int64_t ns = (int64_t)ev->time_ns - c->start_ns;
	bool is_new;
	size_t at;
	struct trace_file *f;

	if (path[0] != '/')
		return NULL;
	at = *strmap_add(&c->by_path, path, strlen(path), c->n_files, &is_new);
	if (is_new) {
		c->files = array_grow(c->files, c->n_files, &c->cap_files, sizeof(*c->files));
		c->origins =
			array_grow(c->origins, c->n_files, &c->cap_origins, sizeof(*c->origins));
		c->files[c->n_files++] = (struct trace_file){
			.path = xstrdup(path),
			.first_ns = INT64_MAX,
		};
		looks_next(&c->looks, &c->files[at]);
	}
	f = &c->files[at];
	f->ops |= op;
	if (ns < f->first_ns) {
		f->first_ns = ns;
		f->pid = (int32_t)ev->tgid;
		c->origins[at] = origin;
	}
	return f;
}

/* The path it was asked for by, where a symlink was on the way. */
static void add_requested(struct collector *c, struct trace_file *f, const struct heard *h,
			  const char *asked)
{
	CLEANUP_FREE char *clean = h->sight.view ? path_clean(asked) : xstrdup(asked), *name = NULL;

	if (!f || mounts_locate(&c->resolver.mounts, h->sight.view, clean, 0, &name) != LOCATION_OK)
		return;
	for (size_t i = 0; i < f->n_requested; i++)
		if (strcmp(f->requested[i], name) == 0)
			return;
	f->requested = xreallocarray(f->requested, f->n_requested + 1, sizeof(*f->requested));
	f->requested[f->n_requested++] = TAKE_PTR(name);
}

/* A name that was looked up with success: touches what it means, and returns that. */
static char *touch_name(struct collector *c, const struct heard *h, const char *name, uint32_t op)
{
	bool via_link = false;
	char *path = meaning(c, h, name, h->ev->flags & EVENT_NOFOLLOW, &via_link);
	struct trace_file *f = path ? touch(c, h->ev, path, op, ORIGIN_FOUND) : NULL;

	if (f && via_link)
		add_requested(c, f, h, name);
	return path;
}

/* Where a file of the record lies. */
static char *place(struct collector *c, const struct heard *h)
{
	char *where;

	if (mounts_locate(&c->resolver.mounts, h->ev->view, h->path, h->ev->dev, &where) ==
		    LOCATION_UNSEEN &&
	    !(h->ev->flags & EVENT_CREATED))
		lose(c, &c->losses.unseen, h->path);
	return where;
}

/* The name that a file was opened by. Mostly it says the same as the file; where it does not, a
 * symlink was on the way, or another thread has reused the descriptor: then both count. */
static void touch_asked(struct collector *c, const struct heard *h, struct trace_file *f,
			const char *where)
{
	CLEANUP_FREE char *meant = NULL;
	bool via_link = false, found;
	struct stat st;

	found = resolve(&c->resolver, &h->sight, h->name, h->ev->flags & EVENT_NOFOLLOW, &via_link,
			&meant) == RESOLVED;
	if (via_link || (!found && strcmp(path_base(h->name), path_base(h->path)) != 0))
		add_requested(c, f, h, h->name);
	if (found && strcmp(path_base(meant), path_base(where)) != 0 &&
	    strncmp(meant, "/proc/", 6) != 0 && path_lstat(meant, &st) == 0)
		touch(c, h->ev, meant, h->ev->op, ORIGIN_FOUND);
}

static void on_file(struct collector *c, const struct heard *h)
{
	CLEANUP_FREE char *where = place(c, h);
	bool created = h->ev->flags & EVENT_CREATED;
	struct trace_file *f;

	if (!where)
		return;
	f = touch(c, h->ev, where, h->ev->op, created ? ORIGIN_MADE : ORIGIN_FOUND);
	if (created) {
		links_made(&c->resolver.links, where, NULL, false);
		resolver_forget(&c->resolver, where);
	}
	if (!h->name)
		return;
	if (strcmp(h->name, h->path) != 0 && f)
		touch_asked(c, h, f, where);
	else if (!(h->ev->flags & EVENT_NOFOLLOW))
		is_plain(c, where);
}

/* --- names that come and go ------------------------------------------------------------------- */

static void on_removed(struct collector *c, const struct event *ev, const char *path)
{
	bool directory = ev->flags & EVENT_RMDIR;

	if (directory)
		links_plain(&c->resolver.links, path);
	retry(c, path);
	links_removed(&c->resolver.links, path, directory);
	resolver_forget(&c->resolver, path);
}

static void on_moved(struct collector *c, const struct event *ev, const char *from, const char *to)
{
	struct links *links = &c->resolver.links;
	/* A late move may be looked into while another one is. */
	const char *outer_from = links->moved_from, *outer_to = links->moved_to;
	bool exchange = ev->flags & EVENT_EXCHANGE;

	if (links_may_lead(links, from) || (exchange && links_may_lead(links, to)))
		c->looks.moved = true;
	links_settle(links, from, to);
	if (exchange)
		links_settle(links, to, from);
	links->moved_from = from;
	links->moved_to = to;
	retry(c, from);
	links->moved_from = exchange ? to : NULL;
	links->moved_to = from;
	retry(c, to);
	links->moved_from = outer_from;
	links->moved_to = outer_to;
	resolver_forget(&c->resolver, from);
	resolver_forget(&c->resolver, to);
	links_moved(links, from, to, exchange);
}

/* rename and link. What was moved is as much the run's own as it was before. */
static void on_two_names(struct collector *c, const struct heard *h, const char *from)
{
	const struct event *ev = h->ev;
	bool via_link = false, moved = ev->flags & EVENT_REMOVED;
	CLEANUP_FREE char *to = meaning(c, h, h->name2, true, &via_link);
	size_t *at = from ? strmap_find(&c->by_path, from, strlen(from)) : NULL;
	struct origin origin = ORIGIN_MADE;

	if (!to)
		return;
	if (moved)
		origin = (struct origin){.from = at && !(ev->flags & EVENT_EXCHANGE) ? *at
										     : SIZE_MAX};
	touch(c, ev, to, TRACE_WRITE, origin);
	if (from && moved) {
		on_moved(c, ev, from, to);
	} else if (from) {
		links_linked(&c->resolver.links, from, to);
		resolver_forget(&c->resolver, to);
	}
}

static void on_made(struct collector *c, const struct heard *h)
{
	bool via_link = false, is_link = h->ev->flags & EVENT_SYMLINK;
	CLEANUP_FREE char *path = meaning(c, h, h->name, true, &via_link);

	if (!path)
		return;
	touch(c, h->ev, path, h->ev->op, ORIGIN_MADE);
	resolver_forget(&c->resolver, path);
	links_made(&c->resolver.links, path, is_link ? h->name2 : NULL, !is_link);
}

/* Whether the call itself has told that its name is not a symlink. */
static bool shown_plain(const struct event *ev)
{
	return (ev->flags & EVENT_NOFOLLOW) && ev->mode && !S_ISLNK(ev->mode);
}

static void on_name(struct collector *c, const struct heard *h)
{
	const struct event *ev = h->ev;
	size_t waiting = c->n_pending;
	CLEANUP_FREE char *path = NULL;

	if ((ev->flags & EVENT_MADE) && (!h->name2 || (ev->flags & EVENT_SYMLINK))) {
		if (h->name)
			on_made(c, h);
		return;
	}
	path = h->name ? touch_name(c, h, h->name, ev->op) : NULL;
	if (c->n_pending > waiting)
		return; /* all of it waits */
	if (h->name2)
		on_two_names(c, h, path);
	else if (path && (ev->flags & EVENT_REMOVED))
		on_removed(c, ev, path);
	else if (path && shown_plain(ev))
		is_plain(c, path);
}

static void add_miss(struct collector *c, const struct heard *h)
{
	const struct event *ev = h->ev;
	CLEANUP_FREE char *name = NULL;
	bool is_new;

	if (mounts_locate(&c->resolver.mounts, ev->view, h->name, 0, &name) != LOCATION_OK)
		return;
	strmap_add(&c->missed, name, strlen(name), c->n_misses, &is_new);
	if (!is_new)
		return;
	c->misses = array_grow(c->misses, c->n_misses, &c->cap_misses, sizeof(*c->misses));
	c->misses[c->n_misses++] = (struct trace_miss){
		.path = TAKE_PTR(name),
		.first_ns = (int64_t)ev->time_ns - c->start_ns,
		.pid = (int32_t)ev->tgid,
	};
}

/* Whether an error can only mean that the name is there. */
static bool proves(uint32_t error)
{
	/* EINVAL: of readlink only. */
	return error == EEXIST || error == EINVAL || error == ENODATA || error == ENOEXEC ||
	       error == ENOTEMPTY || error == EOPNOTSUPP || error == EOVERFLOW || error == ETXTBSY;
}

/* A call that failed because of what is there: that it is told the run something. Where nothing was
 * there, the error was about what does not exist: mkdir in a read-only directory, say. */
static void touch_refused(struct collector *c, const struct heard *h)
{
	bool nofollow = h->ev->flags & EVENT_NOFOLLOW, via_link = false;
	CLEANUP_FREE char *path = NULL;
	enum presence there = PRESENT;

	/* file/x, file/..: the error was about what is on the way. */
	if ((uint32_t)h->ev->arg == ENOTDIR && !h->sight.view && !h->sight.root &&
	    path_meets_file(h->name, nofollow))
		return;
	if (!proves((uint32_t)h->ev->arg))
		there = resolve(&c->resolver, &h->sight, h->name, nofollow, &via_link, &path) ==
					RESOLVED
				? links_presence(&c->resolver.links, path)
				: ABSENT;
	if (there == PRESENT)
		free(touch_name(c, h, h->name, TRACE_STAT));
	else if (there == UNSURE)
		lose(c, &c->losses.unresolved, path);
}

static void on_miss(struct collector *c, const struct heard *h)
{
	uint32_t error = (uint32_t)h->ev->arg;

	if (error == ENOENT || error == ENOTDIR)
		add_miss(c, h);
	if (error != ENOENT)
		touch_refused(c, h);
}

/* What the kernel side has walked is made of directories, but for the last component of a file. */
static void know_directories(struct collector *c, const struct heard *h, const char *path, bool all)
{
	CLEANUP_FREE char *dir = NULL;

	if (!path || h->ev->view || (h->ev->flags & EVENT_DELETED))
		return;
	dir = xstrdup(path);
	for (char *slash = all ? strchr(dir, '\0') : strrchr(dir, '/'); slash && slash > dir;
	     slash = strrchr(dir, '/')) {
		*slash = '\0';
		if (!links_directory(&c->resolver.links, dir))
			return;
		retry_all(c, dir, false);
	}
}

/* --- processes -------------------------------------------------------------------------------- */

static void add_process(struct collector *c, int32_t pid, int32_t parent, int64_t start_ns)
{
	c->processes =
		array_grow(c->processes, c->n_processes, &c->cap_processes, sizeof(*c->processes));
	c->processes[c->n_processes++] = (struct trace_process){
		.pid = pid, .parent = parent, .start_ns = start_ns, .alive = true};
}

void collector_first(struct collector *c, int32_t pid, int32_t parent, int64_t start_ns)
{
	c->start_ns = start_ns;
	add_process(c, pid, parent, 0);
}

/* The newest process with this pid: numbers are reused. */
static struct trace_process *find_process(struct collector *c, uint32_t pid)
{
	for (size_t i = c->n_processes; i > 0; i--)
		if (c->processes[i - 1].pid == (int32_t)pid)
			return &c->processes[i - 1];
	return NULL;
}

size_t collector_alive(const struct collector *c, const struct trace_process **ret)
{
	struct collector *mutable = (struct collector *)(uintptr_t)c;
	size_t n = 0;

	mutable->alive = xreallocarray(mutable->alive, c->n_processes, sizeof(*c->alive));
	for (size_t i = 0; i < c->n_processes; i++)
		if (c->processes[i].alive)
			mutable->alive[n++] = c->processes[i];
	*ret = c->alive;
	return n;
}

/* The interpreter that an executed file names. When the file itself is gone the process may still
 * hold it. */
static char *interpreter(struct collector *c, const struct heard *h, const char *path)
{
	char *interp = NULL, held[64], target[PATH_MAX];
	ssize_t n;

	if (path && interp_of(path, &interp))
		return interp;
	snprintf(held, sizeof(held), "/proc/%u/exe", h->ev->tgid);
	n = readlink(held, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	if (n <= 0 || strncmp(target, path ? path : "/memfd:", path ? strlen(path) : 7) != 0 ||
	    !interp_of(held, &interp))
		lose(c, &c->losses.unresolved, path);
	return interp;
}

/* The interpreters of an executed file, and theirs. */
static void touch_interpreters(struct collector *c, const struct heard *h, const char *path)
{
	CLEANUP_FREE char *at = path ? xstrdup(path) : NULL;
	struct event plain = *h->ev;
	struct heard as_plain = *h;

	plain.flags = 0;
	as_plain.ev = &plain;
	for (int i = 0; i < INTERP_DEPTH_MAX; i++) {
		CLEANUP_FREE char *interp = NULL, *name = NULL;
		bool is_new = true, via_link;

		if (at)
			strmap_add(&c->interp_done, at, strlen(at), 0, &is_new);
		interp = is_new ? interpreter(c, h, at) : NULL;
		if (!interp || interp[0] != '/')
			return;
		name = xasprintf("%s%s", h->root && strcmp(h->root, "/") != 0 ? h->root : "",
				 interp);
		free(at);
		at = NULL;
		if (resolve(&c->resolver, &h->sight, name, false, &via_link, &at) > RESOLVED_MEMORY)
			lose(c, &c->losses.unresolved, name);
		else if (via_link)
			add_requested(c, touch(c, &plain, at, TRACE_EXEC, ORIGIN_FOUND), &as_plain,
				      name);
		else
			touch(c, &plain, at, TRACE_EXEC, ORIGIN_FOUND);
		if (!at || at[0] != '/')
			return;
	}
}

static void on_exec(struct collector *c, const struct heard *h)
{
	struct trace_process *p = find_process(c, h->ev->tgid);
	CLEANUP_FREE char *where = h->path ? place(c, h) : NULL, *script = NULL;
	bool known = where && where[0] == '/';

	if (where)
		touch(c, h->ev, where, TRACE_EXEC, ORIGIN_FOUND);
	if (p && where) {
		free(p->exe);
		p->exe = xstrdup(known ? where : h->path);
	}
	if (known || !h->path)
		touch_interpreters(c, h, where);
	/* /dev/fd/N of execveat: the kernel's own name for a descriptor. */
	if (!h->name || strncmp(h->name, "/dev/fd/", 8) == 0)
		return;
	script = touch_name(c, h, h->name, TRACE_EXEC);
	if (script && script[0] == '/')
		touch_interpreters(c, h, script);
}

void collector_add(void *collector, const struct event *ev, const char *data)
{
	struct collector *c = collector;
	CLEANUP_HEARD struct heard h;
	CLEANUP_FREE char *path = NULL;
	struct trace_process *p;
	int64_t outer = c->resolver.links.at_ns;

	heard_take(&h, ev, data);
	c->resolver.links.at_ns = (int64_t)ev->time_ns;
	know_directories(c, &h, h.path, false);
	know_directories(c, &h, h.base, true);
	know_directories(c, &h, h.base2, true);
	switch (ev->kind) {
	case EVENT_FILE:
		if (h.path && !(ev->flags & EVENT_TMPFILE))
			on_file(c, &h);
		else if (h.name)
			path = touch_name(c, &h, h.name, ev->op);
		break;
	case EVENT_NAME:
		on_name(c, &h);
		break;
	case EVENT_MISS:
		if (h.name)
			on_miss(c, &h);
		break;
	case EVENT_FORK:
		add_process(c, (int32_t)ev->arg, (int32_t)ev->tgid,
			    (int64_t)ev->time_ns - c->start_ns);
		break;
	case EVENT_EXEC:
		on_exec(c, &h);
		break;
	case EVENT_EXIT:
		p = find_process(c, ev->tgid);
		if (p)
			p->alive = false;
		break;
	case EVENT_MOUNT:
		mounts_add(&c->resolver.mounts, ev, path_of_components(data, ev->path_len),
			   path_of_components(data + ev->path_len, ev->root_len));
		break;
	}
	c->resolver.links.at_ns = outer;
}

/* --- the end ---------------------------------------------------------------------------------- */

static int by_file_path(const void *a, const void *b)
{
	return strcmp(((const struct trace_file *)a)->path, ((const struct trace_file *)b)->path);
}

static int by_miss_path(const void *a, const void *b)
{
	return strcmp(((const struct trace_miss *)a)->path, ((const struct trace_miss *)b)->path);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Records of two CPUs can come in either order: nothing before the start, and requests sorted. */
static void settle_file(struct trace_file *f)
{
	if (f->first_ns < 0)
		f->first_ns = 0;
	if (f->n_requested > 1)
		qsort(f->requested, f->n_requested, sizeof(*f->requested), by_text);
}

void collector_finish(struct collector *c, struct trace *ret, struct collector_losses *losses)
{
	c->resolver.links.last_word = true;
	while (c->n_pending)
		retry(c, NULL);
	c->losses.unresolved += c->resolver.links.unsure;
	if (!c->losses.example)
		c->losses.example = TAKE_PTR(c->resolver.links.unsure_path);
	*losses = c->losses;
	c->losses.example = NULL;
	origins_settle(c->origins, c->files, c->n_files, &c->by_path);
	looks_settle(&c->looks, c->files);
	for (size_t i = 0; i < c->n_files; i++)
		settle_file(&c->files[i]);
	if (c->n_files)
		qsort(c->files, c->n_files, sizeof(*c->files), by_file_path);
	if (c->n_misses)
		qsort(c->misses, c->n_misses, sizeof(*c->misses), by_miss_path);
	ret->files = TAKE_PTR(c->files);
	ret->n_files = c->n_files;
	ret->misses = TAKE_PTR(c->misses);
	ret->n_misses = c->n_misses;
	ret->processes = TAKE_PTR(c->processes);
	ret->n_processes = c->n_processes;
	c->n_files = c->n_misses = c->n_processes = 0;
}

void collector_free(struct collector *c)
{
	struct trace rest = {.files = c->files,
			     .n_files = c->n_files,
			     .misses = c->misses,
			     .n_misses = c->n_misses,
			     .processes = c->processes,
			     .n_processes = c->n_processes};

	trace_free(&rest);
	free(c->alive);
	free(c->origins);
	looks_free(&c->looks);
	free(c->losses.example);
	for (size_t i = 0; i < c->n_pending; i++) {
		free(c->pending[i].event);
		free(c->pending[i].gone);
	}
	free(c->pending);
	strmap_free(&c->by_path);
	strmap_free(&c->missed);
	strmap_free(&c->interp_done);
	resolver_free(&c->resolver);
	free(c);
}

void collector_cleanup(struct collector **c)
{
	if (*c)
		collector_free(*c);
}
