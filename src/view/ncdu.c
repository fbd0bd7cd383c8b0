#include "view/report.h"

#include "base/json.h"
#include "base/mem.h"
#include "plan/shipped.h"
#include "version.h"

#include <inttypes.h>
#include <string.h>

struct node {
	char *path; /* in the layer */
	uint64_t bytes;
};

struct nodes {
	struct node *list;
	size_t n, cap;
};

static void collect(const struct report *r, struct nodes *ret)
{
	for (size_t root = 0; root < r->plan->inv->n_roots; root++)
		for (size_t i = 0; i < r->plan->inv->roots[root].n_entries; i++) {
			const struct entry *ent = &r->plan->inv->roots[root].entries[i];

			if (ent->type == ENTRY_DIR || !plan_ships(r->plan, root, i))
				continue;
			ret->list = array_grow(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
			ret->list[ret->n++] = (struct node){report_path(r, root, i),
							    plan_bytes(r->plan, root, i)};
		}
}

/* '/' sorts before every other byte, so that what lies below a directory stays together. */
static int by_tree(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct node *)a)->path;
	const unsigned char *y = (const unsigned char *)((const struct node *)b)->path;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	if (*x == *y)
		return 0;
	if (!*x || !*y)
		return *x ? 1 : -1;
	if (*x == '/' || *y == '/')
		return *x == '/' ? -1 : 1;
	return *x < *y ? -1 : 1;
}

/* ncdu takes names as bytes, with only what JSON itself forbids escaped. */
static void add_name(struct buf *out, const char *name, size_t len)
{
	buf_addstr(out, "{\"name\":\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addch(out, (char)c);
	}
	buf_addch(out, '"');
}

static size_t depth_of(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Length of the directories that both paths lie in: "a/b/x" and "a/b/y" → 4. */
static size_t common_dirs(const char *a, const char *b)
{
	size_t common = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			common = i + 1;
	return common;
}

static void add_node(struct buf *out, const struct node *node, const char *before)
{
	size_t from = common_dirs(before, node->path);
	const char *p = node->path + from;

	for (size_t n = depth_of(before + from); n; n--)
		buf_addch(out, ']');
	for (const char *slash; (slash = strchr(p, '/')); p = slash + 1) {
		buf_addstr(out, ",\n[");
		add_name(out, p, (size_t)(slash - p));
		buf_addch(out, '}');
	}
	buf_addstr(out, ",\n");
	add_name(out, p, strlen(p));
	buf_addf(out, ",\"asize\":%" PRIu64 ",\"dsize\":%" PRIu64 "}", node->bytes, node->bytes);
}

void report_ncdu(const struct report *r, struct buf *out)
{
	struct nodes nodes = {0};
	const char *before = "";

	collect(r, &nodes);
	if (nodes.n)
		qsort(nodes.list, nodes.n, sizeof(*nodes.list), by_tree);
	buf_addstr(out, "[1,2,{\"progname\":\"importtrace\",\"progver\":\"" IMPORTTRACE_VERSION
			"\",\"timestamp\":0},\n[");
	add_name(out, r->title, strlen(r->title));
	buf_addch(out, '}');
	for (size_t i = 0; i < nodes.n; i++) {
		add_node(out, &nodes.list[i], before);
		before = nodes.list[i].path;
	}
	for (size_t n = depth_of(before); n; n--)
		buf_addch(out, ']');
	buf_addstr(out, "]]\n");
	for (size_t i = 0; i < nodes.n; i++)
		free(nodes.list[i].path);
	free(nodes.list);
}
