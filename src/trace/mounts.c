#include "trace/mounts.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOUNTINFO_MAX (64u << 20)
/* Views are sent anew whenever mounts change; records refer to the latest few. */
#define VIEWS_MAX 256

static struct mount_entry *table_grow(struct mount_table *t)
{
	t->items = array_grow(t->items, t->n, &t->cap, sizeof(*t->items));
	t->items[t->n] = (struct mount_entry){0};
	return &t->items[t->n++];
}

static void table_free(struct mount_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->items[i].root);
		free(t->items[i].point);
	}
	free(t->items);
	*t = (struct mount_table){0};
}

/* --- tables ----------------------------------------------------------------------------------- */

static struct mount_table *find_view(struct mounts *m, uint32_t number)
{
	for (size_t i = m->n_views; i > 0; i--)
		if (m->views[i - 1].number == number)
			return &m->views[i - 1];
	return NULL;
}

static struct mount_table *add_view(struct mounts *m, uint32_t number)
{
	if (m->n_views == VIEWS_MAX) {
		table_free(&m->views[0]);
		memmove(m->views, m->views + 1, (VIEWS_MAX - 1) * sizeof(*m->views));
		m->n_views--;
	}
	m->views = array_grow(m->views, m->n_views, &m->cap_views, sizeof(*m->views));
	m->views[m->n_views] = (struct mount_table){.number = number};
	return &m->views[m->n_views++];
}

void mounts_add(struct mounts *m, const struct event *ev, char *point, char *root)
{
	struct mount_table *t = find_view(m, ev->view);

	bool is_new = !t;

	if (!t)
		t = add_view(m, ev->view);
	*table_grow(t) = (struct mount_entry){.id = (uint32_t)ev->arg,
					      .parent = (uint32_t)(ev->arg >> 32),
					      .dev = ev->dev,
					      .root = root,
					      .point = point,
					      .memory = ev->flags & EVENT_MEMORY,
					      .kernel = ev->flags & EVENT_KERNEL,
					      .top = is_new};
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static char *unescape(const char *s, size_t n)
{
	struct buf out = {0};

	for (size_t i = 0; i < n; i++)
		if (s[i] == '\\' && i + 3 < n) {
			buf_addch(&out, (char)((s[i + 1] - '0') << 6 | (s[i + 2] - '0') << 3 |
					       (s[i + 3] - '0')));
			i += 3;
		} else {
			buf_addch(&out, s[i]);
		}
	return buf_take(&out);
}

/* The mounts whose parents are not shown: mostly one, "/". */
static void mark_tops(struct mount_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		t->items[i].top = true;
		for (size_t j = 0; j < t->n; j++)
			if (j != i && t->items[j].id == t->items[i].parent)
				t->items[i].top = false;
	}
}

void mounts_parse(struct mount_table *t, const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		uint32_t id, parent, major, minor;
		int at = 0;
		const char *root, *point;
		struct mount_entry *entry;

		if (sscanf(line, "%" SCNu32 " %" SCNu32 " %" SCNu32 ":%" SCNu32 " %n", &id, &parent,
			   &major, &minor, &at) != 4 ||
		    !at || (size_t)at >= strcspn(line, "\n"))
			continue;
		root = line + at;
		point = root + strcspn(root, " \n");
		if (*point != ' ')
			continue;
		entry = table_grow(t);
		entry->id = id;
		entry->parent = parent;
		entry->dev = major << 20 | minor;
		entry->root = unescape(root, (size_t)(point - root));
		point++;
		entry->point = unescape(point, strcspn(point, " \n"));
	}
	mark_tops(t);
}

static void read_own(struct mounts *m)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0};

	if (!m->own.n && file_read("/proc/self/mountinfo", MOUNTINFO_MAX, &text, &e) == 0)
		mounts_parse(&m->own, text.data);
}

/* --- looking up ------------------------------------------------------------------------------- */

/* The mount that a look-up of `path` crosses to first, from a mount that it is in. */
static const struct mount_entry *next_mount(const struct mount_table *t,
					    const struct mount_entry *from, const char *path)
{
	const struct mount_entry *best = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct mount_entry *it = &t->items[i];
		bool is_child = from ? it->parent == from->id && it != from : it->top;

		if (is_child && path_below(path, it->point) &&
		    (!best || strlen(it->point) < strlen(best->point)))
			best = it;
	}
	return best;
}

/* The mount that `path` lies in; NULL when the table does not reach it. */
static const struct mount_entry *mount_of(const struct mount_table *t, const char *path)
{
	const struct mount_entry *at = NULL, *next;

	/* A table is a tree, but it may have changed while it was read: no more steps than items. */
	for (size_t i = 0; i <= t->n && (next = next_mount(t, at, path)); i++)
		at = next;
	return at;
}

/* The path below the root of its file system. */
static char *inner_path(const struct mount_entry *entry, const char *path)
{
	return path_join(entry->root, path_below(path, entry->point));
}

static bool is_at(const struct mount_table *own, const char *path, uint32_t dev, const char *inner)
{
	const struct mount_entry *entry = mount_of(own, path);
	CLEANUP_FREE char *there = entry ? inner_path(entry, path) : NULL;

	return there && entry->dev == dev && strcmp(there, inner) == 0;
}

/* A path of the recorder's own to a file; NULL when it has none. */
static char *own_path(const struct mount_table *own, uint32_t dev, const char *inner)
{
	for (size_t i = 0; i < own->n; i++) {
		const struct mount_entry *it = &own->items[i];
		const char *rest = it->dev == dev ? path_below(inner, it->root) : NULL;
		CLEANUP_FREE char *path = rest ? path_join(it->point, rest) : NULL;

		if (path && is_at(own, path, dev, inner))
			return TAKE_PTR(path);
	}
	return NULL;
}

enum location mounts_locate(struct mounts *m, uint32_t number, const char *path, uint32_t dev,
			    char **ret)
{
	const struct mount_table *t = number ? find_view(m, number) : NULL;
	const struct mount_entry *entry = t ? mount_of(t, path) : NULL;
	CLEANUP_FREE char *inner = NULL;

	*ret = NULL;
	if (!number || (entry && entry->kernel)) {
		*ret = xstrdup(path);
		return LOCATION_OK;
	}
	if (!entry || (dev && dev != entry->dev))
		return LOCATION_UNSEEN;
	read_own(m);
	inner = inner_path(entry, path);
	*ret = is_at(&m->own, path, entry->dev, inner) ? xstrdup(path)
						       : own_path(&m->own, entry->dev, inner);
	if (*ret)
		return LOCATION_OK;
	if (!entry->memory)
		return LOCATION_UNSEEN;
	*ret = xasprintf("memory:%" PRIx32 ":%s", entry->dev, inner);
	return LOCATION_MEMORY;
}

void mounts_free(struct mounts *m)
{
	table_free(&m->own);
	for (size_t i = 0; i < m->n_views; i++)
		table_free(&m->views[i]);
	free(m->views);
	*m = (struct mounts){0};
}
