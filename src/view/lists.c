#include "view/lists.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"
#include "version.h"
#include "view/why.h"

#include <inttypes.h>
#include <string.h>

struct line {
	char *path; /* in the layer */
	size_t root, entry;
	const struct shipped_extra *extra; /* not of the tree: made from that entry */
};

struct lines {
	struct line *list;
	size_t n;
};

static int by_path(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	/* Two roots may both lack a file of one name. */
	return order ? order : x->root < y->root ? -1 : x->root > y->root;
}

/* A removed directory is no loss of its own: only its files are. */
static bool is_listed(const struct plan *p, size_t r, size_t i)
{
	if (plan_replaced(p, r, i))
		return false;
	return p->inv->roots[r].entries[i].type != ENTRY_DIR || plan_kept(p, r, i);
}

static void collect(const struct plan *p, struct lines *ret)
{
	size_t all = 0;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		all += p->inv->roots[r].n_entries;
	all += p->shipped ? p->shipped->n_extra : 0;
	*ret = (struct lines){.list = xreallocarray(NULL, all + 1, sizeof(*ret->list))};
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (is_listed(p, r, i))
				ret->list[ret->n++] =
					(struct line){path_join(p->inv->roots[r].prefix,
								p->inv->roots[r].entries[i].path),
						      r, i, NULL};
	for (size_t k = 0; p->shipped && k < p->shipped->n_extra; k++) {
		const struct shipped_extra *x = &p->shipped->extra[k];

		ret->list[ret->n++] = (struct line){xstrdup(x->path), x->root, x->entry, x};
	}
	qsort(ret->list, ret->n, sizeof(*ret->list), by_path);
}

static void lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->list[i].path);
	free(l->list);
}

static bool is_in_layer(const struct plan *p, const struct line *l)
{
	return l->extra || plan_ships(p, l->root, l->entry);
}

static uint64_t bytes_of(const struct plan *p, const struct line *l)
{
	return l->extra ? l->extra->bytes : plan_bytes(p, l->root, l->entry);
}

/* --- the manifest ----------------------------------------------------------------------------- */

static void add_extra(const struct plan *p, const struct line *l, struct json *j)
{
	CLEANUP_BUF struct buf why = {0};

	json_set_string(j, "reason", reason_names[REASON_PAIR]);
	buf_addf(&why, "compiled from %s", p->inv->roots[l->root].entries[l->entry].path);
	json_set_bytes(j, "why", why.data);
}

static void add_why(const struct plan *p, const struct line *l, struct json *j)
{
	const struct decision *d = &p->decisions[l->root][l->entry];
	const struct cause *c = plan_cause(p, l->root, l->entry, (enum reason)d->main);
	CLEANUP_BUF struct buf name = {0}, why = {0};

	if (is_in_layer(p, l) && c) {
		why_name(c, &name);
		why_kept(p, l->root, l->entry, c, &why);
		json_set_string(j, "reason", name.data);
	} else {
		why_removed(p, l->root, l->entry, &why);
		json_set_string(j, "category", category_names[plan_category(p, l->root, l->entry)]);
	}
	json_set_bytes(j, "why", why.data ? why.data : "");
}

static struct json *file_json(const struct plan *p, const struct line *l)
{
	static const char *const types[] = {[ENTRY_FILE] = "file",
					    [ENTRY_DIR] = "dir",
					    [ENTRY_LINK] = "link",
					    [ENTRY_OTHER] = "other"};
	const struct entry *ent = &p->inv->roots[l->root].entries[l->entry];
	struct json *j = json_object();

	json_set_bytes(j, "path", l->path);
	json_set_string(j, "type", types[l->extra ? ENTRY_FILE : ent->type]);
	json_set_int(j, "bytes", (int64_t)bytes_of(p, l));
	json_set_bool(j, "kept", is_in_layer(p, l));
	if (l->extra)
		add_extra(p, l, j);
	else
		add_why(p, l, j);
	return j;
}

static void add_head(const struct plan *p, const struct lines *l, struct buf *out)
{
	uint64_t files[2] = {0}, bytes[2] = {0};

	for (size_t k = 0; k < l->n; k++) {
		bool kept = is_in_layer(p, &l->list[k]);
		const struct entry *ent = &p->inv->roots[l->list[k].root].entries[l->list[k].entry];

		files[kept] += ent->type != ENTRY_DIR;
		bytes[kept] += bytes_of(p, &l->list[k]);
	}
	manifest_head(safety_names[p->safety], files, bytes, out);
}

void manifest_head(const char *safety, const uint64_t files[2], const uint64_t bytes[2],
		   struct buf *out)
{
	buf_addf(out,
		 "{\"schema\": \"" MANIFEST_SCHEMA "\", \"version\": %d, \"tool\": \"importtrace "
		 "%s\", \"safety\": \"%s\",\n",
		 MANIFEST_VERSION, IMPORTTRACE_VERSION, safety);
	buf_addf(out,
		 " \"kept\": {\"files\": %" PRIu64 ", \"bytes\": %" PRIu64 "},\n"
		 " \"removed\": {\"files\": %" PRIu64 ", \"bytes\": %" PRIu64 "},\n",
		 files[1], bytes[1], files[0], bytes[0]);
}

void manifest_format(const struct plan *p, struct buf *out)
{
	struct lines l;

	collect(p, &l);
	add_head(p, &l, out);
	buf_addstr(out, " \"files\": [");
	for (size_t k = 0; k < l.n; k++) {
		struct json *j = file_json(p, &l.list[k]);

		buf_addstr(out, k ? ",\n  " : "\n  ");
		json_print(j, out);
		json_free(j);
	}
	buf_addstr(out, "\n ]}\n");
	lines_free(&l);
}

/* --- what is removed -------------------------------------------------------------------------- */

void list_add_field(const char *s, struct buf *out)
{
	static const char from[] = "\t\n\r\\", to[] = "tnr\\";

	while (*s) {
		size_t plain = strcspn(s, from);

		buf_add(out, s, plain);
		s += plain;
		if (!*s)
			return;
		buf_addch(out, '\\');
		buf_addch(out, to[strchr(from, *s++) - from]);
	}
}

void removed_format(const struct plan *p, struct buf *out)
{
	struct lines l;

	collect(p, &l);
	buf_addstr(out, "path\tbytes\tcategory\twhy\n");
	for (size_t k = 0; k < l.n; k++) {
		size_t r = l.list[k].root, i = l.list[k].entry;
		CLEANUP_BUF struct buf why = {0};

		if (is_in_layer(p, &l.list[k]))
			continue;
		why_removed(p, r, i, &why);
		list_add_field(l.list[k].path, out);
		buf_addf(out, "\t%" PRIu64 "\t%s\t", bytes_of(p, &l.list[k]),
			 category_names[plan_category(p, r, i)]);
		list_add_field(why.data, out);
		buf_addch(out, '\n');
	}
	lines_free(&l);
}

/* --- what was repaired ------------------------------------------------------------------------ */

bool repaired_format(const struct plan *p, struct buf *out)
{
	struct lines l;
	bool any = false;

	collect(p, &l);
	buf_addstr(out, REPAIRED_HEAD "\n");
	for (size_t k = 0; k < l.n; k++) {
		size_t r = l.list[k].root, i = l.list[k].entry;
		CLEANUP_BUF struct buf why = {0};

		if (l.list[k].extra || !plan_ships(p, r, i) ||
		    p->decisions[r][i].main != REASON_REPAIRED)
			continue;
		why_kept(p, r, i, plan_cause(p, r, i, REASON_REPAIRED), &why);
		list_add_field(l.list[k].path, out);
		buf_addf(out, "\t%" PRIu64 "\t%s\t", bytes_of(p, &l.list[k]),
			 reason_names[REASON_REPAIRED]);
		list_add_field(why.data, out);
		buf_addch(out, '\n');
		any = true;
	}
	lines_free(&l);
	return any;
}
