#include "trace/resolve.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel: fs/namei.c MAXSYMLINKS */

/* A walk under way: `out` is the path so far in the view, `p` what is left of `rest`. */
struct walk {
	struct resolver *r;
	const struct sight *sight;
	bool nofollow, via_link;
	int hops;
	struct buf out;
	char *rest;
	const char *p;
};

static bool is(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s, word, n) == 0;
}

/* To the parent, but not above the process's root. */
static void pop(struct walk *w)
{
	const char *root = w->sight->root ? w->sight->root : "/";
	char *slash = w->out.len ? memrchr(w->out.data, '/', w->out.len) : NULL;

	if (is(w->out.data ? w->out.data : "", w->out.len, root))
		return;
	buf_truncate(&w->out, slash ? (size_t)(slash - w->out.data) : 0);
}

/* What follows "/proc" in a path below it, "" for /proc itself; or NULL. */
static const char *proc_rest(const struct walk *w, const char *path)
{
	const char *rest = path_below(path, "/proc");

	if (!rest && w->sight->root && (rest = path_below(path, w->sight->root)))
		rest = path_below(rest, "proc");
	return rest;
}

/* Appends a component; below /proc "self" is the process that asked. */
static void push(struct walk *w, const char *comp, size_t n)
{
	const char *rest = w->out.len ? proc_rest(w, w->out.data) : NULL;
	bool in_proc = rest && !*rest;

	buf_addch(&w->out, '/');
	if (in_proc && is(comp, n, "thread-self") && w->sight->tid)
		buf_addf(&w->out, "%u/task/%u", w->sight->tgid, w->sight->tid);
	else if (in_proc && (is(comp, n, "self") || is(comp, n, "thread-self")))
		buf_addf(&w->out, "%u", w->sight->tgid);
	else
		buf_add(&w->out, comp, n);
}

static void to_root(struct walk *w)
{
	buf_truncate(&w->out, 0);
	if (w->sight->root && strcmp(w->sight->root, "/") != 0)
		buf_addstr(&w->out, w->sight->root);
}

static bool below_proc(const struct walk *w)
{
	const char *rest = proc_rest(w, w->out.data);

	return rest && *rest;
}

/* Whether the path so far is one of the links of /proc/PID that are not text. */
static bool is_magic(const struct walk *w)
{
	const char *p = proc_rest(w, w->out.data);

	if (!isdigit((unsigned char)*p))
		return false;
	p += strcspn(p, "/");
	if (strncmp(p, "/task/", 6) == 0)
		p += 6 + strcspn(p + 6, "/");
	return strcmp(p, "/root") == 0 || strcmp(p, "/cwd") == 0 || strcmp(p, "/exe") == 0 ||
	       strncmp(p, "/fd/", 4) == 0 || strncmp(p, "/map_files/", 11) == 0;
}

/* What a link of /proc itself that is text holds (fs/proc/root.c, proc_net.c); NULL: none is there. */
static const char *proc_link(const struct walk *w)
{
	const char *p = proc_rest(w, w->out.data);

	return strcmp(p, "mounts") == 0 ? "self/mounts" : strcmp(p, "net") == 0 ? "self/net" : NULL;
}

/* Goes on behind a symlink. */
static void follow(struct walk *w, const char *target, const char *behind)
{
	char *next = xasprintf("%s%s", target, behind);

	w->via_link = true;
	if (target[0] == '/')
		to_root(w);
	else
		pop(w);
	free(w->rest);
	w->rest = next;
	w->p = next;
}

/* Where the path so far lies; for view 0 that is itself. */
static enum resolution locate(struct walk *w, char **ret)
{
	const char *path = w->out.len ? w->out.data : "/";

	switch (mounts_locate(&w->r->mounts, w->sight->view, path, 0, ret)) {
	case LOCATION_OK:
		return RESOLVED;
	case LOCATION_MEMORY:
		return RESOLVED_MEMORY;
	default:
		return UNRESOLVED_SEEN;
	}
}

/* One component that is a name, `n` bytes at w->p. */
static enum resolution step(struct walk *w, size_t n, char **gone)
{
	const char *behind = w->p + n, *target = NULL;
	CLEANUP_FREE char *where = NULL;
	bool last = !behind[strspn(behind, "/")];
	enum resolution res;

	push(w, w->p, n);
	w->p = behind;
	if (below_proc(w) && !last && is_magic(w))
		return UNRESOLVED_OTHER;
	if (w->nofollow && !*behind)
		return RESOLVED;
	if (below_proc(w)) {
		target = proc_link(w);
		if (target)
			follow(w, target, behind);
		return RESOLVED;
	}
	res = locate(w, &where);
	if (res > RESOLVED_MEMORY)
		return res;
	switch (links_look(&w->r->links, where, &target)) {
	case LINK_PLAIN:
		return RESOLVED;
	case LINK_SYMLINK:
		follow(w, target, behind);
		return ++w->hops > LINKS_MAX ? UNRESOLVED_OTHER : RESOLVED;
	case LINK_NONE:
		*gone = TAKE_PTR(where);
		return UNRESOLVED_GONE;
	default:
		return UNRESOLVED_OTHER;
	}
}

/* path_resolution(7), component by component. */
static enum resolution walk_all(struct walk *w, char **ret)
{
	while (*(w->p += strspn(w->p, "/"))) {
		size_t n = strcspn(w->p, "/");
		enum resolution res = RESOLVED;

		if (is(w->p, n, "..") || is(w->p, n, ".")) {
			if (n == 2)
				pop(w);
			w->p += n;
		} else {
			res = step(w, n, ret);
		}
		if (res != RESOLVED)
			return res;
	}
	return locate(w, ret);
}

static enum resolution resolve_all(struct resolver *r, const struct sight *sight, const char *name,
				   bool nofollow, bool *via_link, char **ret)
{
	struct walk w = {.r = r, .sight = sight, .nofollow = nofollow};
	enum resolution res;

	w.rest = xstrdup(name);
	w.p = w.rest;
	res = walk_all(&w, ret);
	*via_link |= w.via_link;
	buf_free(&w.out);
	free(w.rest);
	return res;
}

/* --- the common case: view 0, its own root, a plain name behind an ordinary directory ----------- */

/* The resolved form of a directory, remembered. */
static enum resolution resolve_dir(struct resolver *r, const struct sight *sight, const char *dir,
				   size_t len, bool *via_link, char **ret)
{
	bool is_new;
	size_t *at = strmap_add(&r->dirs, dir, len, SIZE_MAX, &is_new), cap = r->cap_resolved;
	CLEANUP_FREE char *name = NULL;
	enum resolution res;
	bool via = false;
	char *path = NULL;

	if (*at != SIZE_MAX) {
		*via_link |= r->via[*at];
		*ret = xstrdup(r->resolved[*at]);
		return RESOLVED;
	}
	name = xstrndup(dir, len);
	res = resolve_all(r, sight, name, false, &via, &path);
	*via_link |= via;
	*ret = path;
	if (res != RESOLVED)
		return res;
	r->resolved = array_grow(r->resolved, r->n_resolved, &cap, sizeof(*r->resolved));
	r->via = array_grow(r->via, r->n_resolved, &r->cap_resolved, sizeof(*r->via));
	r->resolved[r->n_resolved] = xstrdup(path);
	r->via[r->n_resolved] = via;
	*at = r->n_resolved++;
	return RESOLVED;
}

static bool is_simple(const struct sight *sight, const char *name, const char *slash)
{
	return !sight->view && !sight->root && slash[1] && !is(slash + 1, strlen(slash + 1), ".") &&
	       !is(slash + 1, strlen(slash + 1), "..") && strncmp(name, "/proc", 5) != 0;
}

enum resolution resolve(struct resolver *r, const struct sight *sight, const char *name,
			bool nofollow, bool *via_link, char **ret)
{
	const char *slash = strrchr(name, '/'), *target;
	CLEANUP_FREE char *dir = NULL;
	CLEANUP_BUF struct buf out = {0};
	enum resolution res;

	*via_link = false;
	*ret = NULL;
	if (!slash || r->late || !is_simple(sight, name, slash))
		return resolve_all(r, sight, name, nofollow, via_link, ret);
	res = resolve_dir(r, sight, name, (size_t)(slash - name), via_link, &dir);
	if (res != RESOLVED) {
		*ret = TAKE_PTR(dir);
		return res;
	}
	buf_addstr(&out, strcmp(dir, "/") == 0 ? "" : dir);
	buf_addstr(&out, slash);
	if (nofollow || strncmp(out.data, "/proc/", 6) == 0 ||
	    links_look(&r->links, out.data, &target) == LINK_PLAIN) {
		*ret = buf_take(&out);
		return RESOLVED;
	}
	return resolve_all(r, sight, out.data, false, via_link, ret);
}

static void forget_all(struct resolver *r)
{
	for (size_t i = 0; i < r->n_resolved; i++)
		free(r->resolved[i]);
	r->n_resolved = 0;
	strmap_free(&r->dirs);
}

void resolver_forget(struct resolver *r, const char *path)
{
	/* Directories below it may be remembered too; a change of one is rare. */
	if (links_may_lead(&r->links, path) || strmap_find(&r->dirs, path, strlen(path)))
		forget_all(r);
}

void resolver_free(struct resolver *r)
{
	forget_all(r);
	free(r->resolved);
	free(r->via);
	links_free(&r->links);
	mounts_free(&r->mounts);
	*r = (struct resolver){0};
}
