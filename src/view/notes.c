#include "view/notes.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/scan.h"
#include "view/why.h"

#include <inttypes.h>

#define SHOWN 10

/* A kept source that the scanner makes no sense of. */
static bool is_invalid(const struct plan *p, size_t r, size_t i)
{
	const struct facts *facts = p->inv->roots[r].entries[i].facts;

	return facts && facts->invalid && plan_kept(p, r, i);
}

static bool is_dropped(const struct plan *p, size_t r, size_t i)
{
	const struct decision *d = &p->decisions[r][i];

	return d->dropped && d->touched && p->inv->roots[r].entries[i].type != ENTRY_DIR;
}

static bool is_dangling(const struct plan *p, size_t r, size_t i)
{
	return p->inv->roots[r].entries[i].type == ENTRY_LINK && plan_kept(p, r, i) &&
	       link_dangles(p, r, i);
}

static void show_dangling(const struct plan *p, size_t r, size_t i, FILE *out)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];

	fprintf(out, "warning: %s is a symlink to %s, which the layer does not have\n", ent->path,
		ent->link_target);
}

static void show_invalid(const struct plan *p, size_t r, size_t i, FILE *out)
{
	const struct entry *ent = &p->inv->roots[r].entries[i];

	fprintf(out,
		"note: %s:%" PRIu32 " is no Python source (%s): what it imports is not known\n",
		ent->path, ent->facts->invalid_line, ent->facts->invalid);
}

static void show_dropped(const struct plan *p, size_t r, size_t i, FILE *out)
{
	CLEANUP_BUF struct buf why = {0};

	why_removed(p, r, i, &why);
	fprintf(out, "warning: a run touched %s, which is %s\n", p->inv->roots[r].entries[i].path,
		why.data);
}

static void show_all(const struct plan *p, bool (*which)(const struct plan *, size_t, size_t),
		     void (*show)(const struct plan *, size_t, size_t, FILE *), FILE *out)
{
	size_t n = 0;

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++)
			if (which(p, r, i) && n++ < SHOWN)
				show(p, r, i, out);
	if (n > SHOWN)
		fprintf(out, "  and %zu more; --json names all\n", n - SHOWN);
}

void notes_show(const struct plan *p, FILE *out)
{
	show_all(p, is_invalid, show_invalid, out);
	show_all(p, is_dropped, show_dropped, out);
	show_all(p, is_dangling, show_dangling, out);
}

static struct json *note(const struct plan *p, size_t r, size_t i, uint32_t line, const char *why)
{
	const struct inventory_root *root = &p->inv->roots[r];
	CLEANUP_FREE char *path = path_join(root->prefix, root->entries[i].path);
	struct json *j = json_object();

	json_set_bytes(j, "path", path);
	json_set_int(j, "line", line);
	json_set_bytes(j, "why", why);
	return j;
}

static struct json *dropped_note(const struct plan *p, size_t r, size_t i)
{
	const struct cause *c = plan_cause(p, r, i, REASON_USER);
	CLEANUP_BUF struct buf why = {0};

	why_removed(p, r, i, &why);
	return note(p, r, i, c ? c->line : 0, why.data);
}

void notes_json(const struct plan *p, struct json *into)
{
	struct json *invalid = json_array(), *dropped = json_array(), *dangling = json_array();

	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct facts *facts = p->inv->roots[r].entries[i].facts;

			if (is_invalid(p, r, i))
				json_append(invalid,
					    note(p, r, i, facts->invalid_line, facts->invalid));
			if (is_dropped(p, r, i))
				json_append(dropped, dropped_note(p, r, i));
			if (is_dangling(p, r, i))
				json_append(
					dangling,
					note(p, r, i, 0, p->inv->roots[r].entries[i].link_target));
		}
	json_set(into, "invalid", invalid);
	json_set(into, "dropped_touched", dropped);
	json_set(into, "dangling", dangling);
}
