#include "layer/record.h"

#include "base/csv.h"
#include "base/mem.h"
#include "base/path.h"

#include <inttypes.h>
#include <string.h>

/* --- the log ---------------------------------------------------------------------------------- */

static struct record_change *add(struct record_log *log, const char *member, enum record_kind kind)
{
	bool is_new;
	size_t *at = strmap_add(&log->by_name, member, strlen(member), log->n, &is_new);
	struct record_change *c;

	log->list = array_grow(log->list, log->n, &log->cap, sizeof(*log->list));
	c = &log->list[log->n];
	*c = (struct record_change){.kind = kind, .next = is_new ? SIZE_MAX : *at};
	*at = log->n++;
	return c;
}

void record_gone(struct record_log *log, const char *member, const char *why)
{
	add(log, member, RECORD_GONE)->why = why;
}

void record_renamed(struct record_log *log, const char *member, const char *name, const char *why)
{
	struct record_change *c = add(log, member, RECORD_RENAMED);

	c->name = xstrdup(name);
	c->why = why;
}

const char *record_why_gone(const struct record_log *log, const char *member)
{
	const size_t *first = strmap_find(&log->by_name, member, strlen(member));

	for (size_t i = first ? *first : SIZE_MAX; i != SIZE_MAX; i = log->list[i].next)
		if (log->list[i].why)
			return log->list[i].why;
	return NULL;
}

void record_added(struct record_log *log, const char *behind, const char *name)
{
	add(log, behind, RECORD_ADDED)->name = xstrdup(name);
}

/* URL-safe base64 without padding (PEP 376 and the wheel specification). */
static void base64(const unsigned char *p, size_t n, struct buf *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t w = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);

		for (size_t k = 0; k < 4 && i + k <= n; k++)
			buf_addch(out, digits[w >> (18 - 6 * k) & 63]);
	}
}

void record_changed(struct record_log *log, const char *member, const unsigned char sha256[32],
		    uint64_t size)
{
	struct record_change *c = add(log, member, RECORD_CHANGED);
	struct buf b = {0};

	buf_addstr(&b, "sha256=");
	base64(sha256, 32, &b);
	buf_addf(&b, ",%" PRIu64, size);
	c->fields = buf_take(&b);
}

void record_log_free(struct record_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		free(log->list[i].name);
		free(log->list[i].fields);
	}
	free(log->list);
	strmap_free(&log->by_name);
	*log = (struct record_log){0};
}

/* --- the rewriting ---------------------------------------------------------------------------- */

struct editor {
	const struct record_log *log;
	const char *base; /* what the lines are relative to, as part of a member's name */
	struct buf out;
};

/* A line for a member, relative to the base. */
static void add_line(struct editor *ed, const char *name)
{
	const char *below = ed->base[0] ? path_below(name, ed->base) : name;

	if (!below)
		return;
	if (strpbrk(below, ",\"\r\n")) {
		buf_addch(&ed->out, '"');
		for (const char *p = below; *p; p++)
			buf_addf(&ed->out, *p == '"' ? "\"\"" : "%c", *p);
		buf_addstr(&ed->out, "\",,\n");
	} else {
		buf_addf(&ed->out, "%s,,\n", below);
	}
}

/* The line itself, changed as the log says; `added` lines follow later. */
static void edit_line(struct editor *ed, const char *line, size_t len)
{
	CLEANUP_BUF struct buf field = {0};
	size_t n = csv_first(line, len, &field);
	CLEANUP_FREE char *joined = path_join(ed->base, field.data ? field.data : "");
	CLEANUP_FREE char *name = path_clean(joined);
	const size_t *first = strmap_find(&ed->log->by_name, name, strlen(name));
	const char *fields = NULL;
	bool gone = false;

	for (size_t i = first ? *first : SIZE_MAX; i != SIZE_MAX; i = ed->log->list[i].next) {
		const struct record_change *c = &ed->log->list[i];

		gone |= c->kind == RECORD_GONE || c->kind == RECORD_RENAMED;
		if (c->kind == RECORD_CHANGED)
			fields = c->fields;
	}
	if (!gone) {
		buf_add(&ed->out, line, fields ? n : len);
		if (fields)
			buf_addf(&ed->out, ",%s", fields);
		buf_addch(&ed->out, '\n');
	}
	for (size_t i = first ? *first : SIZE_MAX; i != SIZE_MAX; i = ed->log->list[i].next)
		if (ed->log->list[i].kind == RECORD_ADDED ||
		    ed->log->list[i].kind == RECORD_RENAMED)
			add_line(ed, ed->log->list[i].name);
}

static void edit(const struct record_log *log, struct member *m)
{
	CLEANUP_FREE char *info = path_dir(m->name);
	CLEANUP_FREE char *base = path_dir(info);
	struct editor ed = {.log = log, .base = base};
	struct csv in = {m->data, m->data + m->data_len};
	const char *line;
	size_t len;

	while (csv_next(&in, &line, &len))
		edit_line(&ed, line, len);
	free(m->data);
	m->data_len = m->size = ed.out.len;
	m->data = buf_take(&ed.out);
}

void record_apply(const struct record_log *log, struct members *m)
{
	static const char suffix[] = ".dist-info/RECORD";
	size_t k = strlen(suffix);

	for (size_t i = 0; log->n && i < m->n; i++) {
		size_t n = strlen(m->list[i].name);

		if (m->list[i].data && n > k && strcmp(m->list[i].name + n - k, suffix) == 0)
			edit(log, &m->list[i]);
	}
}

/* --- two RECORDs ------------------------------------------------------------------------------ */

struct record_lines {
	struct record_line {
		const char *text;
		size_t len;
		struct buf path;
	} * list;
	size_t n, cap;
	struct strmap by_path; /* → index */
};

static void split_record(const char *text, size_t len, struct record_lines *ret)
{
	struct csv in = {text, text + len};
	struct record_line line = {0};

	*ret = (struct record_lines){0};
	while (csv_next(&in, &line.text, &line.len)) {
		if (!line.len)
			continue;
		line.path = (struct buf){0};
		buf_reserve(&line.path, 1);
		csv_first(line.text, line.len, &line.path);
		strmap_add(&ret->by_path, line.path.data, line.path.len, ret->n, NULL);
		ret->list = array_grow(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
		ret->list[ret->n++] = line;
	}
}

static void free_record(struct record_lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		buf_free(&l->list[i].path);
	free(l->list);
	strmap_free(&l->by_path);
}

static const size_t *find_line(const struct record_lines *in, const struct record_line *l)
{
	return strmap_find(&in->by_path, l->path.data, l->path.len);
}

static void put_line(const struct record_line *l, struct buf *out)
{
	buf_add(out, l->text, l->len);
	buf_addch(out, '\n');
}

/* The lines of `now` from index i on that `all` does not have. */
static void add_own(const struct record_lines *now, size_t i, const struct record_lines *all,
		    struct buf *out)
{
	for (; i < now->n && !find_line(all, &now->list[i]); i++)
		put_line(&now->list[i], out);
}

void record_unite(const char *now, size_t now_len, const char *all, size_t all_len, struct buf *out)
{
	struct record_lines have, want;

	split_record(now, now_len, &have);
	split_record(all, all_len, &want);
	add_own(&have, 0, &want, out);
	for (size_t i = 0; i < want.n; i++) {
		const size_t *at = find_line(&have, &want.list[i]);

		put_line(at ? &have.list[*at] : &want.list[i], out);
		if (at)
			add_own(&have, *at + 1, &want, out);
	}
	free_record(&have);
	free_record(&want);
}
