#include "view/fit.h"

#include "base/json.h"
#include "view/why.h"

static void add_why(const struct given_up *g, const struct plan *p, struct buf *out)
{
	if (!g->is_file)
		buf_addf(out, "most of all %s: ", p->inv->roots[g->root].entries[g->entry].path);
	why_name(&g->cause, out);
	buf_addstr(out, ": ");
	why_kept(p, g->root, g->entry, &g->cause, out);
}

void fit_show(const struct fit *f, const struct plan *p, FILE *out)
{
	if (f->n)
		fputs("Given up, so that the layer fits (weak evidence first)\n", out);
	for (size_t k = 0; k < f->n; k++) {
		const struct given_up *g = &f->list[k];
		CLEANUP_BUF struct buf why = {0};

		add_why(g, p, &why);
		fprintf(out, "  %s%s  %.1f MB: %s\n", g->name,
			g->is_file ? "" : " beyond what the runs touched", (double)g->bytes / 1e6,
			why.data);
	}
	if (f->n)
		fputc('\n', out);
}

struct json *fit_json(const struct fit *f, const struct plan *p)
{
	struct json *all = json_array();

	for (size_t k = 0; k < f->n; k++) {
		const struct given_up *g = &f->list[k];
		CLEANUP_BUF struct buf why = {0};
		struct json *j = json_object();

		add_why(g, p, &why);
		json_set_bytes(j, g->is_file ? "path" : "package", g->name);
		json_set_int(j, "files", (int64_t)g->files);
		json_set_int(j, "bytes", (int64_t)g->bytes);
		json_set_string(j, "evidence", evidence_names[g->evidence]);
		json_set_bytes(j, "why", why.data);
		json_append(all, j);
	}
	return all;
}
