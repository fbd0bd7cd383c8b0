#include "trace/looks.h"

#include "base/mem.h"
#include "trace/links.h"

#include <string.h>
#include <sys/stat.h>

static void look(struct look *l, struct trace_file *f)
{
	struct stat st;

	*l = (struct look){0};
	f->type = TRACE_TYPE_UNKNOWN;
	f->size = -1;
	if (path_lstat(f->path, &st) < 0)
		return;
	*l = (struct look){st.st_dev, st.st_ino};
	f->type = S_ISREG(st.st_mode)   ? TRACE_TYPE_FILE
		  : S_ISDIR(st.st_mode) ? TRACE_TYPE_DIR
		  : S_ISLNK(st.st_mode) ? TRACE_TYPE_LINK
					: TRACE_TYPE_OTHER;
	if (f->type == TRACE_TYPE_FILE)
		f->size = st.st_size;
}

void looks_next(struct looks *l, struct trace_file *f)
{
	l->items = array_grow(l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n] = (struct look){0};
	if (strncmp(f->path, "/proc/", 6) != 0)
		look(&l->items[l->n], f);
	l->n++;
}

static int by_file(const void *a, const void *b)
{
	const struct look *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

/* What the run has changed: as it was when it was looked at first, and as it is now. */
static size_t settle_changed(struct looks *l, struct trace_file *files, struct look *changed)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		bool written = files[i].ops & TRACE_WRITE;

		if (written)
			changed[n++] = l->items[i];
		if (l->moved || written || !l->items[i].ino)
			look(&l->items[i], &files[i]);
		if (written)
			changed[n++] = l->items[i];
	}
	return n;
}

void looks_settle(struct looks *l, struct trace_file *files)
{
	CLEANUP_FREE struct look *changed = xreallocarray(NULL, 2 * l->n + 1, sizeof(*changed));
	size_t n = settle_changed(l, files, changed);

	if (n == 0 || l->moved)
		return;
	qsort(changed, n, sizeof(*changed), by_file);
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].ino && !(files[i].ops & TRACE_WRITE) &&
		    bsearch(&l->items[i], changed, n, sizeof(*changed), by_file))
			look(&l->items[i], &files[i]);
}

void looks_free(struct looks *l)
{
	free(l->items);
	*l = (struct looks){0};
}
