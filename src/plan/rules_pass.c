/* rules_pass - rules applied to a plan.
 *
 * The user's `drop` comes before everything: no reason keeps what it names. The user's `keep`
 * comes behind the traces, so that a touched file says first that it was touched. A built-in rule
 * keeps a file only where something else of its distribution is kept (for files that no
 * distribution owns: of its top-level name), or where its section's condition holds. */
#include "plan/plan.h"

#include "base/mem.h"
#include "base/path.h"

#include <string.h>

/* A rule about x.py is about its bytecode too. */
static size_t match_entry(const struct rules *rs, const struct entry *ent)
{
	size_t rule = rules_match(rs, ent->path, ent->type == ENTRY_DIR, NULL);
	CLEANUP_FREE char *source = rule == RULES_NONE ? bytecode_source(ent->path) : NULL;

	return source ? rules_match(rs, source, false, NULL) : rule;
}

void pass_user(struct plan *p, enum rule_verb verb)
{
	for (size_t r = 0; p->user && r < p->inv->n_roots; r++)
		for (size_t i = 0; i < p->inv->roots[r].n_entries; i++) {
			size_t at = match_entry(p->user, &p->inv->roots[r].entries[i]);
			const struct rule *one = at == RULES_NONE ? NULL : &p->user->list[at];
			struct cause why = {.reason = REASON_USER, .entry = INVENTORY_NONE};

			if (!one || one->verb != verb)
				continue;
			why.line = one->line;
			why.text = one->why[0] ? one->why : one->text;
			if (verb == RULE_DROP)
				plan_drop(p, r, i, &why);
			else
				plan_keep_at(p, r, i, &why);
		}
}

/* --- the built-in ones ------------------------------------------------------------------------ */

static void add_hit(struct plan *p, size_t root, size_t entry, size_t rule)
{
	p->hits = array_grow(p->hits, p->n_hits, &p->cap_hits, sizeof(*p->hits));
	p->hits[p->n_hits++] = (struct rule_hit){.root = root, .entry = entry, .rule = rule};
}

/* The entries that a pattern matches. Those it can match follow one another where it begins with a
 * literal text: of most rules they are few. */
static void find_matches(struct plan *p, size_t r, const struct pattern *pattern, bool dirs,
			 size_t rule)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const char *begin = pattern->anchored ? pattern->literal : "";
	size_t n = strlen(begin);

	for (size_t i = inventory_lower_bound(root, begin); i < root->n_entries; i++) {
		const struct entry *ent = &root->entries[i];
		bool is_dir = ent->type == ENTRY_DIR;

		if (strncmp(ent->path, begin, n) != 0)
			return;
		if ((dirs || !is_dir) && pattern_match(pattern, ent->path, is_dir))
			add_hit(p, r, i, rule);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct rule_hit *x = a, *y = b;

	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	if (x->entry != y->entry)
		return x->entry < y->entry ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* Which rules match which entries does not change: it is found once. Conditions count behind the
 * rules. */
static void find_hits(struct plan *p)
{
	const struct rules *rs = p->builtin;

	for (size_t r = 0; r < p->inv->n_roots; r++) {
		for (size_t k = 0; k < rs->n; k++)
			find_matches(p, r, &rs->list[k].pattern, true, k);
		for (size_t s = 0; s < rs->n_sections; s++)
			if (rs->sections[s].condition_text)
				find_matches(p, r, &rs->sections[s].condition, false, rs->n + s);
	}
	if (p->n_hits)
		qsort(p->hits, p->n_hits, sizeof(*p->hits), by_place);
	p->hits_found = true;
}

/* By more than its metadata: those are read of everything that is installed. */
static void find_live_dists(const struct plan *p, bool *live)
{
	for (size_t d = 0; d < p->n_dists; d++) {
		const struct dist *one = &p->dists[d];
		const struct entry *entries = p->inv->roots[one->root].entries;

		for (size_t k = 0; k < one->n_files && !live[d]; k++)
			live[d] = plan_kept(p, one->root, one->files[k]) &&
				  !path_below(entries[one->files[k]].path, one->dir);
	}
}

/* Of a file that no distribution owns: whether a file of the same top-level name is kept. */
static bool top_level_live(const struct plan *p, size_t r, size_t i)
{
	const struct inventory_root *root = &p->inv->roots[r];
	const char *path = root->entries[i].path;
	CLEANUP_FREE char *top = xasprintf("%.*s/", (int)strcspn(path, "/"), path);
	size_t n = strlen(top);

	for (size_t k = inventory_lower_bound(root, top);
	     k < root->n_entries && strncmp(root->entries[k].path, top, n) == 0; k++)
		if (root->entries[k].type != ENTRY_DIR && plan_kept(p, r, k))
			return true;
	return false;
}

static bool rule_applies(const struct plan *p, const struct rule_hit *h, const bool *dist_live,
			 const bool *section_on)
{
	const struct rule *one = &p->builtin->list[h->rule];
	size_t owner = p->owner[h->root][h->entry];

	if (one->section != RULES_NONE && p->builtin->sections[one->section].condition_text)
		return section_on[one->section];
	return owner == INVENTORY_NONE ? top_level_live(p, h->root, h->entry) : dist_live[owner];
}

static void keep_by(struct plan *p, const struct rule_hit *h)
{
	const struct rule *one = &p->builtin->list[h->rule];
	const char *name =
		one->section == RULES_NONE ? "" : p->builtin->sections[one->section].name;
	struct cause why = {.reason = REASON_RULE,
			    .entry = INVENTORY_NONE,
			    .line = one->line,
			    .text = (char *)(uintptr_t)name};

	if (one->verb == RULE_KEEP)
		plan_keep_at(p, h->root, h->entry, &why);
}

void pass_rules(struct plan *p)
{
	CLEANUP_FREE bool *live = NULL, *on = NULL;
	const struct rules *rs = p->builtin;

	if (!rs)
		return;
	if (!p->hits_found)
		find_hits(p);
	live = xcalloc(p->n_dists + 1, sizeof(*live));
	on = xcalloc(rs->n_sections + 1, sizeof(*on));
	find_live_dists(p, live);
	for (size_t k = 0; k < p->n_hits; k++)
		if (p->hits[k].rule >= rs->n && plan_kept(p, p->hits[k].root, p->hits[k].entry))
			on[p->hits[k].rule - rs->n] = true;
	/* Hits are in order of root, entry and rule: the last that applies to an entry decides. */
	for (size_t k = 0; k < p->n_hits;) {
		const struct rule_hit *first = &p->hits[k], *last = NULL;

		for (; k < p->n_hits && p->hits[k].root == first->root &&
		       p->hits[k].entry == first->entry;
		     k++)
			if (p->hits[k].rule < rs->n && rule_applies(p, &p->hits[k], live, on))
				last = &p->hits[k];
		if (last)
			keep_by(p, last);
	}
}
