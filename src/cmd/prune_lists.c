#include "cmd/prune_lists.h"

#include "base/mem.h"
#include "view/lists.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

char *list_path(const char *layer, const char *kind)
{
	size_t n = strlen(layer);

	while (n > 1 && layer[n - 1] == '/')
		n--;
	if (n > 4 && strncmp(layer + n - 4, ".zip", 4) == 0)
		n -= 4;
	return xasprintf("%.*s.%s.tsv", (int)n, layer, kind);
}

int lists_open(const char *layer, const char *manifest, struct prune_lists *ret, struct error *e)
{
	CLEANUP_FREE char *removed = layer ? list_path(layer, "removed") : NULL;
	int r = 0;

	if (removed)
		r = outfile_open(removed, &ret->removed, e);
	if (r == 0 && layer)
		ret->repaired = list_path(layer, "repaired");
	if (r == 0 && manifest)
		r = outfile_open(manifest, &ret->manifest, e);
	return r;
}

static int put(struct outfile *f, const struct buf *text, struct error *e)
{
	int r = write_all(f->fd, text->data, text->len);

	return r < 0 ? error_errno(e, -r, "cannot write %s", f->target) : outfile_prepare(f, e);
}

static int write_list(struct outfile *f, const struct plan *p,
		      void (*format)(const struct plan *, struct buf *), struct error *e)
{
	CLEANUP_BUF struct buf text = {0};

	if (f->fd < 0)
		return 0;
	format(p, &text);
	return put(f, &text, e);
}

/* A layer with what was repaired has its list; any other list is about the layer before it. */
static int write_repaired(struct prune_lists *l, const struct plan *p, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r;

	if (!l->repaired)
		return 0;
	if (p->repaired && repaired_format(p, &text)) {
		r = outfile_open(l->repaired, &l->again, e);
		return r == 0 ? put(&l->again, &text, e) : r;
	}
	if (unlink(l->repaired) < 0 && errno != ENOENT)
		return error_errno(e, errno, "cannot remove %s, which is about the old layer",
				   l->repaired);
	return 0;
}

int lists_prepare(struct prune_lists *l, const struct plan *p, struct error *e)
{
	int r = write_list(&l->removed, p, removed_format, e);

	if (r == 0)
		r = write_list(&l->manifest, p, manifest_format, e);
	return r == 0 ? write_repaired(l, p, e) : r;
}

int lists_place(struct prune_lists *l, struct error *e)
{
	int r = l->removed.fd >= 0 ? outfile_place(&l->removed, e) : 0;

	if (r == 0 && l->manifest.fd >= 0)
		r = outfile_place(&l->manifest, e);
	return r == 0 && l->again.fd >= 0 ? outfile_place(&l->again, e) : r;
}

void lists_take_back(struct prune_lists *l)
{
	outfile_take_back(&l->removed);
	outfile_take_back(&l->manifest);
	outfile_take_back(&l->again);
}

void lists_discard(struct prune_lists *l)
{
	outfile_discard(&l->removed);
	outfile_discard(&l->manifest);
	outfile_discard(&l->again);
	free(l->repaired);
	l->repaired = NULL;
}
