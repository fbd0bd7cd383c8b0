#include "cmd/verify_manifest.h"

#include "base/files.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/strmap.h"
#include "view/lists.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MANIFEST_MAX ((size_t)512 << 20) /* bytes */

/* A file of the manifest, or one that was added. */
struct item {
	char *path;
	const struct json *old;            /* NULL: it was not in the manifest */
	const struct verify_addition *new; /* NULL: it is as it was */
};

struct update {
	const char *file;
	struct json *doc;
	const struct inventory_root *layer;
	struct item *list;
	size_t n, cap;
	uint64_t files[2], bytes[2]; /* [kept] */
};

static void update_free(struct update *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->list[i].path);
	free(u->list);
	json_free(u->doc);
}

static int no_manifest(const char *file, struct error *e)
{
	return error_set(e, EINVAL, "%s is no manifest that prune --manifest wrote", file);
}

static void add_item(struct update *u, char *path, const struct json *old)
{
	u->list = array_grow(u->list, u->n, &u->cap, sizeof(*u->list));
	u->list[u->n++] = (struct item){.path = path, .old = old};
}

static bool is_kept(const struct json *file)
{
	bool kept = false;

	return json_bool(json_get(file, "kept"), &kept) && kept;
}

/* One file of the manifest: what it says is kept must be in the layer. */
static int take_file(struct update *u, const struct json *file, struct error *e)
{
	char *path = json_get_bytes(file, "path");

	if (!path)
		return no_manifest(u->file, e);
	add_item(u, path, file);
	if (is_kept(file) && inventory_find(u->layer, path) == INVENTORY_NONE)
		return error_set(e, EINVAL,
				 "%s is not the manifest of this layer: it keeps %s, which the "
				 "layer has not",
				 u->file, path);
	return 0;
}

static int read_manifest(struct update *u, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	const struct json *files;
	const char *schema;
	int64_t version;
	int r = file_read(u->file, MANIFEST_MAX, &text, e);

	if (r < 0)
		return r;
	u->doc = json_parse(text.data ? text.data : "", text.len, e);
	if (!u->doc)
		return error_add(e, "%s", u->file);
	schema = json_string(json_get(u->doc, "schema"));
	files = json_get(u->doc, "files");
	if (!schema || strcmp(schema, MANIFEST_SCHEMA) != 0 || !json_is_array(files) ||
	    !json_int(json_get(u->doc, "version"), &version) || version != MANIFEST_VERSION)
		return no_manifest(u->file, e);
	for (const struct json *f = json_first(files); r == 0 && f; f = json_next(f))
		r = take_file(u, f, e);
	return r;
}

int manifest_check(const char *file, const struct inventory *layer, struct error *e)
{
	struct update u = {.file = file, .layer = &layer->roots[0]};
	int r = read_manifest(&u, e);

	update_free(&u);
	return r;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->path, ((const struct item *)b)->path);
}

static void take_additions(struct update *u, const struct repair *r)
{
	CLEANUP_STRMAP struct strmap at = {0};

	for (size_t i = 0; i < u->n; i++)
		strmap_add(&at, u->list[i].path, strlen(u->list[i].path), i, NULL);
	for (size_t k = 0; k < r->n_additions; k++) {
		const struct verify_addition *one = &r->additions[k];
		bool is_new;
		size_t i = *strmap_add(&at, one->name, strlen(one->name), u->n, &is_new);

		if (is_new)
			add_item(u, xstrdup(one->name), NULL);
		u->list[i].new = one;
	}
	if (u->n)
		qsort(u->list, u->n, sizeof(*u->list), by_path);
}

static void copy(const struct json *from, const char *key, struct json *to)
{
	CLEANUP_FREE char *value = from ? json_get_bytes(from, key) : NULL;

	if (value)
		json_set_bytes(to, key, value);
}

static struct json *item_json(struct update *u, const struct item *item)
{
	static const char *const types[] = {[ENTRY_FILE] = "file",
					    [ENTRY_DIR] = "dir",
					    [ENTRY_LINK] = "link",
					    [ENTRY_OTHER] = "other"};
	size_t at = inventory_find(u->layer, item->path);
	const struct entry *ent = at == INVENTORY_NONE ? NULL : &u->layer->entries[at];
	bool kept = item->new || is_kept(item->old), is_dir = ent && ent->type == ENTRY_DIR;
	struct json *j = json_object();
	int64_t bytes = 0;

	(void)json_int(json_get(item->old, "bytes"), &bytes);
	if (kept && ent)
		bytes = is_dir ? 0 : (int64_t)ent->size;
	json_set_bytes(j, "path", item->path);
	if (item->old)
		copy(item->old, "type", j);
	else
		json_set_string(j, "type", types[ent ? ent->type : ENTRY_FILE]);
	json_set_int(j, "bytes", bytes);
	json_set_bool(j, "kept", kept);
	if (item->new) {
		json_set_bytes(j, "reason", item->new->reason);
		json_set_bytes(j, "why", item->new->why);
	} else {
		copy(item->old, "reason", j);
		copy(item->old, "category", j);
		copy(item->old, "why", j);
	}
	u->files[kept] += !is_dir;
	u->bytes[kept] += (uint64_t)bytes;
	return j;
}

static void format(struct update *u, struct buf *out)
{
	CLEANUP_BUF struct buf lines = {0};
	const char *safety = json_string(json_get(u->doc, "safety"));

	for (size_t k = 0; k < u->n; k++) {
		struct json *j = item_json(u, &u->list[k]);

		buf_addstr(&lines, k ? ",\n  " : "\n  ");
		json_print(j, &lines);
		json_free(j);
	}
	manifest_head(safety ? safety : "", u->files, u->bytes, out);
	buf_addstr(out, " \"files\": [");
	buf_add(out, lines.data ? lines.data : "", lines.len);
	buf_addstr(out, "\n ]}\n");
}

int manifest_update(const char *file, const struct inventory *layer, const struct repair *r,
		    struct error *e)
{
	struct update u = {.file = file, .layer = &layer->roots[0]};
	CLEANUP_BUF struct buf out = {0};
	int ret = read_manifest(&u, e);

	if (ret == 0) {
		take_additions(&u, r);
		format(&u, &out);
		ret = file_write(file, &out, e);
	}
	update_free(&u);
	return ret;
}
