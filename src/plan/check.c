#include "plan/check.h"

#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A budget that cannot be looked at must not pass. */
static int check_possible(const struct check_input *in, struct error *e)
{
	if (!in->archive && settings_value(in->settings, "budget zipped"))
		return error_set(
			e, EINVAL,
			"there is a budget for zipped bytes, but the layer is a directory: "
			"check the zip");
	return 0;
}

int check_run(const struct check_input *in, struct findings *ret, struct error *e)
{
	static void (*const rules[])(struct check *) = {
		check_names,     check_inits, check_bytecode, check_files,
		check_libraries, check_dists, check_budgets,  check_baseline,
	};
	struct check c = {.in = in, .found = ret};
	int r = check_possible(in, e);

	if (r == 0)
		r = check_traces(&c, e);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(rules); i++)
		rules[i](&c);
	strmap_free(&c.traced);
	if (r == 0)
		findings_finish(ret, in->settings);
	return r;
}

/* The archive's reader has found these; a directory has none. */
void check_names(struct check *c)
{
	for (size_t i = 0; i < c->in->n_bad_names; i++) {
		const struct bad_name *b = &c->in->bad_names[i];

		findings_add(c->found, b->id, b->name, NULL, "%s: %s.", b->name, b->text);
	}
}

/* --- what the rules share --------------------------------------------------------------------- */

char *bytes_text(uint64_t bytes)
{
	if (bytes < 1000)
		return xasprintf("%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
	if (bytes < 1000000)
		return xasprintf("%.1f kB", (double)bytes / 1e3);
	return xasprintf("%.1f MB", (double)bytes / 1e6);
}

struct file_group *group_key(struct file_groups *g, const char *key, const char *path)
{
	bool is_new;
	size_t at = *strmap_add(&g->names, key, strlen(key), g->n, &is_new);
	struct file_group *one;

	if (is_new) {
		g->list = array_grow(g->list, g->n, &g->cap, sizeof(*g->list));
		g->list[g->n++] = (struct file_group){.package = xstrdup(key)};
	}
	one = &g->list[at];
	if (one->n < ARRAY_SIZE(one->paths))
		one->paths[one->n] = path;
	one->n++;
	return one;
}

struct file_group *group_entry(struct file_groups *g, const struct check *c, size_t root, size_t i)
{
	struct package_name name = package_of(c->in->survey, root, i);
	CLEANUP_FREE char *key = xstrndup(name.name, name.len);

	return group_key(g, key, c->in->survey->inv->roots[root].entries[i].path);
}

void group_report(const struct file_group *g, struct findings *f, enum check_id id,
		  const char *what_one, const char *what_many)
{
	struct finding *one;

	if (g->n == 1)
		one = findings_add(f, id, g->paths[0], g->package, "%s %s.", g->paths[0], what_one);
	else
		one = findings_add(f, id, g->paths[0], g->package, "%zu files of %s %s.", g->n,
				   g->package, what_many);
	for (size_t k = 1; k < g->n && k < ARRAY_SIZE(g->paths); k++)
		finding_count(one, g->paths[k]);
	one->count = g->n;
}

void groups_free(struct file_groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->list[i].package);
	free(g->list);
	strmap_free(&g->names);
	*g = (struct file_groups){0};
}
