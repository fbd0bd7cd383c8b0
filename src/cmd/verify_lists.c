#include "cmd/verify_lists.h"

#include "base/files.h"
#include "base/mem.h"
#include "cmd/prune_lists.h"
#include "view/lists.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define LIST_MAX ((size_t)256 << 20) /* bytes */
#define HEAD     REPAIRED_HEAD "\n"

/* A list's lines by their first field. */
struct list {
	struct buf text; /* what the lines point into */
	struct list_line {
		const char *line;
		size_t len, path_len;
	} * lines;
	size_t n, cap;
};

static void list_free(struct list *l)
{
	free(l->lines);
	buf_free(&l->text);
}

/* Without the head line. */
static void split(struct list *l)
{
	const char *p = l->text.data, *end = p + l->text.len;
	bool head = true;

	while (p && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol : end) - p);
		const char *tab = memchr(p, '\t', len);

		if (!head && tab) {
			l->lines = array_grow(l->lines, l->n, &l->cap, sizeof(*l->lines));
			l->lines[l->n++] = (struct list_line){p, len, (size_t)(tab - p)};
		}
		head = false;
		p = eol ? eol + 1 : end;
	}
}

/* A list that is not there is empty. */
static int list_read(const char *path, struct list *ret, struct error *e)
{
	int r = access(path, F_OK) < 0 && errno == ENOENT
			? 0
			: file_read(path, LIST_MAX, &ret->text, e);

	if (r == 0)
		split(ret);
	return r;
}

static void format_additions(const struct repair *r, struct list *ret)
{
	buf_addstr(&ret->text, HEAD);
	for (size_t i = 0; i < r->n_additions; i++) {
		const struct verify_addition *a = &r->additions[i];

		list_add_field(a->name, &ret->text);
		buf_addf(&ret->text, "\t%" PRIu64 "\t%s\t", a->bytes, a->reason);
		list_add_field(a->why, &ret->text);
		buf_addch(&ret->text, '\n');
	}
	split(ret);
}

static int compare(const struct list_line *a, const struct list_line *b)
{
	size_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = memcmp(a->line, b->line, n);

	return order ? order : a->path_len < b->path_len ? -1 : a->path_len > b->path_len;
}

static void add_line(struct buf *out, const struct list_line *l)
{
	buf_addf(out, "%.*s\n", (int)l->len, l->line);
}

/* Both are sorted; of two lines for one path the new one counts. */
static void merge(const struct list *old, const struct list *new, struct buf *out)
{
	size_t i = 0, k = 0;

	while (i < old->n || k < new->n) {
		int order = i == old->n   ? 1
			    : k == new->n ? -1
					  : compare(&old->lines[i], &new->lines[k]);

		if (order < 0) {
			add_line(out, &old->lines[i++]);
			continue;
		}
		i += order == 0;
		add_line(out, &new->lines[k++]);
	}
}

/* The lines of `old` whose path is not among those of `gone`. */
static void subtract(const struct list *old, const struct list *gone, struct buf *out)
{
	size_t k = 0;

	for (size_t i = 0; i < old->n; i++) {
		while (k < gone->n && compare(&gone->lines[k], &old->lines[i]) < 0)
			k++;
		if (k == gone->n || compare(&gone->lines[k], &old->lines[i]) != 0)
			add_line(out, &old->lines[i]);
	}
}

static int write_repaired(const char *from, const char *layer, const struct list *new,
			  struct error *e)
{
	CLEANUP_FREE char *source = list_path(from, "repaired"),
			  *path = list_path(layer, "repaired");
	CLEANUP_BUF struct buf out = {0};
	struct list old = {0};
	int r = list_read(source, &old, e);

	buf_addstr(&out, HEAD);
	merge(&old, new, &out);
	list_free(&old);
	return r == 0 ? file_write(path, &out, e) : r;
}

static int write_removed(const char *from, const char *layer, const struct list *gone,
			 struct error *e)
{
	CLEANUP_FREE char *source = list_path(from, "removed"), *path = list_path(layer, "removed");
	CLEANUP_BUF struct buf out = {0};
	struct list old = {0};
	int r = list_read(source, &old, e);

	if (r == 0 && old.text.len) {
		buf_add(&out, old.text.data, strcspn(old.text.data, "\n"));
		buf_addch(&out, '\n');
		subtract(&old, gone, &out);
		r = file_write(path, &out, e);
	}
	list_free(&old);
	return r;
}

int repair_lists_write(const struct repair *r, const char *from, const char *layer, struct error *e)
{
	struct list new = {0};
	int ret;

	format_additions(r, &new);
	ret = write_repaired(from, layer, &new, e);
	if (ret == 0)
		ret = write_removed(from, layer, &new, e);
	list_free(&new);
	return ret;
}
