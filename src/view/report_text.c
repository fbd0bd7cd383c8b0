#include "view/report.h"

#include "base/mem.h"
#include "plan/shipped.h"
#include "view/choices.h"
#include "view/show.h"
#include "view/table.h"

#include <inttypes.h>
#include <string.h>

#define GROUPS_SHOWN 25
#define FILES_SHOWN  20

struct sized {
	size_t root, i;
	uint64_t bytes;
};

static int by_size(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* The kept files, largest first. */
static struct sized *largest_files(const struct plan *p, size_t *n)
{
	struct sized *list = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			if (p->inv->roots[r].entries[i].type == ENTRY_DIR || !plan_ships(p, r, i))
				continue;
			list = array_grow(list, *n, &cap, sizeof(*list));
			list[(*n)++] = (struct sized){r, i, plan_bytes(p, r, i)};
		}
	if (*n)
		qsort(list, *n, sizeof(*list), by_size);
	return list;
}

static void show_largest(const struct report *r, FILE *out)
{
	static const char *const columns[] = {"LARGEST FILES", "MB", "SHARE", "<BECAUSE"};
	struct table *t = table_new(columns, ARRAY_SIZE(columns));
	size_t n;
	CLEANUP_FREE struct sized *list = largest_files(r->plan, &n);

	for (size_t k = 0; k < n && k < FILES_SHOWN; k++)
		table_add(t,
			  (char *[]){report_path(r, list[k].root, list[k].i),
				     table_mb(list[k].bytes),
				     table_percent(list[k].bytes, r->summary->kept.bytes),
				     xstrdup(report_decision(r, list[k].root, list[k].i, NULL))});
	table_print(t, out);
}

static void show_contents(const struct plan *p, FILE *out)
{
	const char *names[CATEGORIES];
	struct amount amounts[CATEGORIES] = {0};

	for (int c = 0; c < CATEGORIES; c++)
		names[c] = report_content((enum category)c);
	for (size_t r = 0; r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			const struct entry *ent = &p->inv->roots[r].entries[i];
			enum category c = (enum category)p->decisions[r][i].category;

			if (ent->type == ENTRY_DIR)
				continue;
			amounts[c].files++;
			amounts[c].bytes += ent->size;
		}
	show_amounts("CONTENTS", names, amounts, CATEGORIES, out);
}

void report_text(const struct report *r, FILE *out)
{
	const struct summary *s = r->summary;

	fprintf(out, "%s\n\n", r->title);
	show_groups("PACKAGE", s->packages, s->n_packages, GROUPS_SHOWN, s, out);
	show_groups("TYPE", s->types, s->n_types, GROUPS_SHOWN, s, out);
	if (r->decided)
		show_reasons(s, out);
	else
		show_contents(r->plan, out);
	show_largest(r, out);
	if (r->choices)
		choices_show(r->choices, out);
	show_limits(s, r->zip_bytes, out);
	show_totals(s, r->zip_bytes, out);
}
