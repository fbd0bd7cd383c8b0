#include "trace/resolve.h"

#include "base/buf.h"
#include "base/mem.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel: fs/namei.c MAXSYMLINKS */

static char *read_target(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	return n > 0 && n < (ssize_t)sizeof(target) ? xstrndup(target, (size_t)n) : NULL;
}

/* The target when path is a symlink, else NULL; remembered. */
static const char *link_target(struct resolver *r, const char *path, size_t len)
{
	bool is_new;
	size_t *at = strmap_add(&r->links, path, len, r->n_targets, &is_new);

	if (!is_new && *at != SIZE_MAX)
		return r->targets[*at];
	r->targets = array_grow(r->targets, r->n_targets, &r->cap_targets, sizeof(*r->targets));
	*at = r->n_targets;
	r->targets[r->n_targets++] = read_target(path);
	return r->targets[*at];
}

static void pop(struct buf *out)
{
	char *slash = out->len ? memrchr(out->data, '/', out->len) : NULL;

	buf_truncate(out, slash ? (size_t)(slash - out->data) : 0);
}

static bool is(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && memcmp(s, word, n) == 0;
}

/* Appends a component; below /proc "self" is the process that asked. */
static void push(struct buf *out, const char *comp, size_t n, uint32_t tgid)
{
	bool in_proc = is(out->data ? out->data : "", out->len, "/proc");

	buf_addch(out, '/');
	if (in_proc && (is(comp, n, "self") || is(comp, n, "thread-self")))
		buf_addf(out, "%u", tgid);
	else
		buf_add(out, comp, n);
}

static bool below_proc(const struct buf *out)
{
	return out->len > 6 && memcmp(out->data, "/proc/", 6) == 0;
}

/* path_resolution(7), component by component. */
static char *resolve_all(struct resolver *r, const char *name, uint32_t tgid, bool nofollow,
			 bool *via_link)
{
	CLEANUP_FREE char *rest = xstrdup(name);
	CLEANUP_BUF struct buf out = {0};
	const char *p = rest;
	int hops = 0;

	while (*(p += strspn(p, "/"))) {
		size_t n = strcspn(p, "/");
		const char *target;
		char *next;

		if (is(p, n, "..")) {
			pop(&out);
		} else if (!is(p, n, ".")) {
			push(&out, p, n, tgid);
			target = (nofollow && !p[n]) || below_proc(&out)
					 ? NULL
					 : link_target(r, out.data, out.len);
			if (target) {
				if (++hops > LINKS_MAX)
					return NULL;
				*via_link = true;
				if (target[0] == '/')
					buf_truncate(&out, 0);
				else
					pop(&out);
				next = xasprintf("%s%s", target, p + n);
				free(rest);
				rest = next;
				p = rest;
				continue;
			}
		}
		p += n;
	}
	if (!out.len)
		buf_addch(&out, '/');
	return buf_take(&out);
}

/* The resolved form of a directory, remembered; NULL when it has none. */
static const char *resolve_dir(struct resolver *r, const char *dir, size_t len, bool *via_link)
{
	bool is_new;
	size_t *at = strmap_add(&r->dirs, dir, len, SIZE_MAX, &is_new);
	CLEANUP_FREE char *name = NULL;

	if (*at == SIZE_MAX) {
		size_t cap = r->cap_resolved;

		r->resolved = array_grow(r->resolved, r->n_resolved, &cap, sizeof(*r->resolved));
		r->via = array_grow(r->via, r->n_resolved, &r->cap_resolved, sizeof(*r->via));
		name = xstrndup(dir, len);
		*at = r->n_resolved++;
		r->via[*at] = false;
		r->resolved[*at] = resolve_all(r, name, 0, false, &r->via[*at]);
	}
	*via_link |= r->via[*at];
	return r->resolved[*at];
}

/* Whether only the last component needs a look: a plain name behind an ordinary directory. */
static bool is_simple(const char *name, const char *slash)
{
	return slash[1] && !is(slash + 1, strlen(slash + 1), ".") &&
	       !is(slash + 1, strlen(slash + 1), "..") && strncmp(name, "/proc", 5) != 0;
}

char *resolve(struct resolver *r, const char *name, uint32_t tgid, bool nofollow, bool *via_link)
{
	const char *slash = strrchr(name, '/');
	CLEANUP_BUF struct buf out = {0};
	const char *dir;

	*via_link = false;
	if (!slash || !is_simple(name, slash))
		return resolve_all(r, name, tgid, nofollow, via_link);
	dir = resolve_dir(r, name, (size_t)(slash - name), via_link);
	if (!dir)
		return NULL;
	buf_addstr(&out, strcmp(dir, "/") == 0 ? "" : dir);
	buf_addstr(&out, slash);
	if (nofollow || below_proc(&out) || !link_target(r, out.data, out.len))
		return buf_take(&out);
	return resolve_all(r, out.data, tgid, false, via_link);
}

void resolver_forget(struct resolver *r, const char *path)
{
	size_t *at = strmap_find(&r->links, path, strlen(path));

	if (at)
		*at = SIZE_MAX;
	/* Directories below it may be remembered too; a made or removed path is rare among them. */
	if (at || strmap_find(&r->dirs, path, strlen(path)))
		strmap_free(&r->dirs);
}

void resolver_free(struct resolver *r)
{
	for (size_t i = 0; i < r->n_resolved; i++)
		free(r->resolved[i]);
	for (size_t i = 0; i < r->n_targets; i++)
		free(r->targets[i]);
	free(r->resolved);
	free(r->via);
	free(r->targets);
	strmap_free(&r->dirs);
	strmap_free(&r->links);
	*r = (struct resolver){0};
}
