/* check_trace - whether the layer still has what a traced run used. */
#include "plan/check.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/tracemap.h"

#include <errno.h>
#include <string.h>

static bool has(const struct plan *p, const char *path)
{
	return inventory_find(&p->inv->roots[0], path) != INVENTORY_NONE;
}

/* Source and bytecode stand for one another: a layer may hold either. */
static bool has_module(const struct plan *p, const char *path)
{
	CLEANUP_FREE char *source = bytecode_source(path), *sourceless = NULL;

	if (path_ends(path, ".py")) {
		sourceless = xasprintf("%sc", path);
		return has(p, sourceless);
	}
	if (!source)
		return false;
	sourceless = xasprintf("%sc", source);
	return has(p, source) || has(p, sourceless);
}

static bool is_cache(const char *path)
{
	return strcmp(path_base(path), "__pycache__") == 0;
}

static void check_file(struct check *c, const struct trace_file *t, const char *path)
{
	const struct plan *p = c->in->survey;

	if (!path[0] || t->created || t->type == TRACE_TYPE_UNKNOWN || has(p, path) ||
	    has_module(p, path) || is_cache(path))
		return;
	findings_add(c->found, CHECK_TRACED_MISSING, path, NULL,
		     "%s %s was used by the traced run.",
		     t->type == TRACE_TYPE_DIR    ? "The directory"
		     : t->type == TRACE_TYPE_LINK ? "The link"
						  : "The file",
		     path);
}

static int check_trace(const struct trace *t, struct error *e)
{
	CLEANUP_BUF struct buf b = {0};

	for (size_t i = 0; i < t->n_reasons; i++)
		buf_addf(&b, "%s%s", i ? "; " : ": ", t->reasons[i]);
	return t->complete ? 0
			   : error_set(e, EINVAL, "the trace is not complete%s. Record again",
				       b.len ? b.data : "");
}

int check_traces(struct check *c, struct error *e)
{
	const struct check_input *in = c->in;
	CLEANUP_TRACEMAP struct tracemap m = {0};
	int r = 0;

	for (size_t k = 0; r == 0 && k < in->n_traces; k++)
		r = check_trace(&in->traces[k], e);
	if (r == 0 && in->n_traces)
		r = tracemap_make(in->traces, in->n_traces, in->survey, in->roots, in->n_roots, &m,
				  e);
	for (size_t k = 0; r == 0 && k < in->n_traces; k++)
		for (size_t i = 0; i < in->traces[k].n_files; i++) {
			CLEANUP_FREE char *path = tracemap_path(&m, in->traces[k].files[i].path);
			bool is_new = false;

			if (path)
				strmap_add(&c->traced, path, strlen(path), 0, &is_new);
			if (is_new)
				check_file(c, &in->traces[k].files[i], path);
		}
	return r;
}
