#include "trace/heard.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

/* Components from the leaf to the root, NUL-ended, to "/root/…/leaf". */
char *path_of_components(const char *data, size_t len)
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

/* The base of a name, behind which it stands in the record; NULL for an absolute one. */
static char *take_base(const char *name, size_t len, size_t base_len, bool relative)
{
	return len && relative ? path_of_components(name + len, base_len) : NULL;
}

/* A name with its base before it; NULL when there is no name. */
static char *join_name(const char *name, size_t len, const char *base, const char *root)
{
	const char *before = base ? base : root;

	if (!len || name[len - 1])
		return NULL;
	return xasprintf("%s%s%s", before && strcmp(before, "/") != 0 ? before : "",
			 base ? "/" : "", name);
}

void heard_take(struct heard *h, const struct event *ev, const char *data)
{
	const char *name = data + ev->path_len, *name2 = name + ev->name_len + ev->base_len,
		   *root = name2 + ev->name2_len + ev->base2_len;
	bool has_path = ev->path_len || ev->kind == EVENT_FILE || ev->kind == EVENT_EXEC;

	*h = (struct heard){.ev = ev, .sight = {.view = ev->view, .tgid = ev->tgid}};
	if (ev->kind == EVENT_NAME || ev->kind == EVENT_MISS)
		h->sight.tid = (uint32_t)(ev->arg >> 32);
	if (has_path && !(ev->flags & EVENT_DETACHED))
		h->path = path_of_components(data, ev->path_len);
	if (ev->flags & EVENT_ROOTED)
		h->root = path_of_components(root, ev->root_len);
	h->sight.root = h->root;
	h->base = take_base(name, ev->name_len, ev->base_len, !(ev->flags & EVENT_AT_ROOT));
	h->name = join_name(name, ev->name_len, h->base, h->root);
	if (ev->flags & EVENT_SYMLINK) {
		h->name2 = xstrndup(name2, ev->name2_len);
	} else {
		h->base2 = take_base(name2, ev->name2_len, ev->base2_len, ev->flags & EVENT_BASE2);
		h->name2 = join_name(name2, ev->name2_len, h->base2, h->root);
	}
}

void heard_cleanup(struct heard *h)
{
	free(h->path);
	free(h->name);
	free(h->name2);
	free(h->root);
	free(h->base);
	free(h->base2);
}
