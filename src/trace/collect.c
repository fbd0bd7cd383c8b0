#include "trace/collect.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "trace/interp.h"
#include "trace/resolve.h"
#include "trace/tracefile.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INTERP_DEPTH_MAX 5 /* fs/exec.c: scripts may name scripts, five times */

struct collector {
	int64_t start_ns;
	struct trace_file *files;
	size_t n_files, cap_files;
	struct strmap by_path; /* → index into files */
	struct trace_miss *misses;
	size_t n_misses, cap_misses;
	struct strmap missed;
	struct trace_process *processes;
	size_t n_processes, cap_processes;
	struct strmap interp_done; /* executed files whose interpreters are added */
	struct resolver resolver;
	struct trace_process *alive; /* scratch of collector_alive */
};

struct collector *collector_new(void)
{
	return xcalloc(1, sizeof(struct collector));
}

/* --- paths out of records --------------------------------------------------------------------- */

/* Components from the leaf to the root, NUL-ended, to "/root/…/leaf". */
static char *join_components(const char *data, size_t len)
{
	struct buf out = {0};
	size_t end = len;

	buf_reserve(&out, len + 1);
	while (end > 1) {
		size_t start = end - 1;

		while (start > 0 && data[start - 1])
			start--;
		buf_addch(&out, '/');
		buf_add(&out, data + start, end - 1 - start);
		end = start;
	}
	if (!out.len)
		buf_addch(&out, '/');
	return buf_take(&out);
}

/* The record's own path, or NULL. */
static char *event_path(const struct event *ev, const char *data)
{
	bool has = ev->path_len || ev->kind == EVENT_FILE || ev->kind == EVENT_EXEC;

	return has && !(ev->flags & EVENT_DETACHED) ? join_components(data, ev->path_len) : NULL;
}

/* The absolute form of the name that the caller gave, symlinks not followed; or NULL. */
static char *event_name(const struct event *ev, const char *data)
{
	const char *name = data + ev->path_len;
	CLEANUP_FREE char *base = NULL;

	if (!ev->name_len || name[ev->name_len - 1])
		return NULL;
	if (ev->flags & EVENT_AT_ROOT)
		return xstrdup(name);
	base = join_components(name + ev->name_len, ev->base_len);
	return path_join(base, name);
}

/* --- files ------------------------------------------------------------------------------------ */

static bool in_created_dir(const struct collector *c, const char *path)
{
	for (size_t n = strlen(path); n > 1; n--) {
		const size_t *at;

		if (path[n - 1] != '/')
			continue;
		at = strmap_find(&c->by_path, path, n - 1);
		if (at && c->files[*at].created)
			return true;
	}
	return false;
}

static struct trace_file *touch(struct collector *c, const struct event *ev, const char *path,
				uint32_t op)
{
	bool is_new;
	size_t at = *strmap_add(&c->by_path, path, strlen(path), c->n_files, &is_new);
	struct trace_file *f;

	if (is_new) {
		c->files = array_grow(c->files, c->n_files, &c->cap_files, sizeof(*c->files));
		c->files[c->n_files++] = (struct trace_file){
			.path = xstrdup(path),
			.created = (ev->flags & (EVENT_CREATED | EVENT_MADE)) ||
				   in_created_dir(c, path),
			.size = -1,
			.first_ns = (int64_t)ev->time_ns - c->start_ns,
			.pid = (int32_t)ev->tgid,
		};
	}
	f = &c->files[at];
	f->ops |= op;
	return f;
}

static void add_requested(struct trace_file *f, const char *name)
{
	for (size_t i = 0; i < f->n_requested; i++)
		if (strcmp(f->requested[i], name) == 0)
			return;
	f->requested = xreallocarray(f->requested, f->n_requested + 1, sizeof(*f->requested));
	f->requested[f->n_requested++] = xstrdup(name);
}

/* A name that was looked up with success: touches what it means. */
static void touch_name(struct collector *c, const struct event *ev, const char *name, uint32_t op)
{
	bool via_link = false;
	CLEANUP_FREE char *path =
		resolve(&c->resolver, name, ev->tgid, ev->flags & EVENT_NOFOLLOW, &via_link);
	struct trace_file *f;

	if (!path)
		return;
	if (ev->flags & (EVENT_MADE | EVENT_REMOVED))
		resolver_forget(&c->resolver, path);
	f = touch(c, ev, path, op);
	if (via_link)
		add_requested(f, name);
}

/* A descriptor's file and the name it was opened by. Mostly both say the same; where they do not,
 * a symlink was on the way, or another thread has reused the descriptor: then both count. */
static void touch_opened(struct collector *c, const struct event *ev, const char *path,
			 const char *name)
{
	bool via_link = false;
	CLEANUP_FREE char *meant = NULL;
	struct trace_file *f;

	f = touch(c, ev, path, ev->op);
	if (!name || strcmp(name, path) == 0)
		return;
	meant = resolve(&c->resolver, name, ev->tgid, ev->flags & EVENT_NOFOLLOW, &via_link);
	if (via_link)
		add_requested(f, name);
	if (meant && strcmp(path_base(meant), path_base(path)) != 0 &&
	    strncmp(meant, "/proc/", 6) != 0 && access(meant, F_OK) == 0)
		touch(c, ev, meant, ev->op);
}

static void add_miss(struct collector *c, const struct event *ev, const char *name)
{
	bool is_new;

	strmap_add(&c->missed, name, strlen(name), c->n_misses, &is_new);
	if (!is_new)
		return;
	c->misses = array_grow(c->misses, c->n_misses, &c->cap_misses, sizeof(*c->misses));
	c->misses[c->n_misses++] = (struct trace_miss){
		.path = xstrdup(name),
		.first_ns = (int64_t)ev->time_ns - c->start_ns,
		.pid = (int32_t)ev->tgid,
	};
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

/* The interpreters of an executed file, and theirs. */
static void touch_interpreters(struct collector *c, const struct event *ev, const char *path)
{
	CLEANUP_FREE char *at = xstrdup(path);
	struct event plain = *ev;

	plain.flags = 0;
	for (int i = 0; i < INTERP_DEPTH_MAX; i++) {
		CLEANUP_FREE char *interp = NULL;
		bool is_new, via_link;

		strmap_add(&c->interp_done, at, strlen(at), 0, &is_new);
		interp = is_new ? interp_of(at) : NULL;
		if (!interp || interp[0] != '/')
			return;
		touch_name(c, &plain, interp, TRACE_EXEC);
		free(at);
		at = resolve(&c->resolver, interp, ev->tgid, false, &via_link);
		if (!at)
			return;
	}
}

static void on_exec(struct collector *c, const struct event *ev, const char *path, const char *name)
{
	struct trace_process *p = find_process(c, ev->tgid);
	CLEANUP_FREE char *script = NULL;
	bool via_link = false;

	if (path) {
		touch(c, ev, path, TRACE_EXEC);
		touch_interpreters(c, ev, path);
		if (p) {
			free(p->exe);
			p->exe = xstrdup(path);
		}
	}
	script = name ? resolve(&c->resolver, name, ev->tgid, false, &via_link) : NULL;
	/* /dev/fd/N of execveat: the kernel's own name for a descriptor. */
	if (!script || strncmp(name, "/dev/fd/", 8) == 0)
		return;
	touch_name(c, ev, name, TRACE_EXEC);
	touch_interpreters(c, ev, script);
}

void collector_add(void *collector, const struct event *ev, const char *data)
{
	struct collector *c = collector;
	CLEANUP_FREE char *path = event_path(ev, data), *name = event_name(ev, data);
	struct trace_process *p;

	switch (ev->kind) {
	case EVENT_FILE:
		if (path && !(ev->flags & EVENT_TMPFILE))
			touch_opened(c, ev, path, name);
		else if (name)
			touch_name(c, ev, name, ev->op);
		break;
	case EVENT_NAME:
		if (name)
			touch_name(c, ev, name, ev->op);
		break;
	case EVENT_MISS:
		if (name)
			add_miss(c, ev, name);
		break;
	case EVENT_FORK:
		add_process(c, (int32_t)ev->arg, (int32_t)ev->tgid,
			    (int64_t)ev->time_ns - c->start_ns);
		break;
	case EVENT_EXEC:
		on_exec(c, ev, path, name);
		break;
	case EVENT_EXIT:
		p = find_process(c, ev->tgid);
		if (p)
			p->alive = false;
		break;
	}
}

/* --- the end ---------------------------------------------------------------------------------- */

static void stat_file(struct trace_file *f)
{
	struct stat st;

	if (lstat(f->path, &st) < 0)
		return;
	f->type = S_ISREG(st.st_mode)   ? TRACE_TYPE_FILE
		  : S_ISDIR(st.st_mode) ? TRACE_TYPE_DIR
		  : S_ISLNK(st.st_mode) ? TRACE_TYPE_LINK
					: TRACE_TYPE_OTHER;
	if (f->type == TRACE_TYPE_FILE)
		f->size = st.st_size;
}

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
	stat_file(f);
	if (f->first_ns < 0)
		f->first_ns = 0;
	if (f->n_requested > 1)
		qsort(f->requested, f->n_requested, sizeof(*f->requested), by_text);
}

void collector_finish(struct collector *c, struct trace *ret)
{
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
