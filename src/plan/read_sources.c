#include "plan/read_sources.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/plan.h"

#include <string.h>

static bool is_opened(const struct trace_file *f)
{
	return (f->ops & TRACE_OPEN) && !f->created;
}

void read_sources_find(const struct trace *t, struct strmap *ret)
{
	CLEANUP_STRMAP struct strmap cached = {0};

	for (size_t i = 0; i < t->n_files; i++) {
		CLEANUP_FREE char *source =
			is_opened(&t->files[i]) ? bytecode_source(t->files[i].path) : NULL;

		if (source)
			strmap_add(&cached, source, strlen(source), 0, NULL);
	}
	for (size_t i = 0; i < t->n_files; i++) {
		const char *path = t->files[i].path;

		if (is_opened(&t->files[i]) && path_ends(path, ".py") &&
		    strmap_find(&cached, path, strlen(path)))
			strmap_add(ret, path, strlen(path), 0, NULL);
	}
}
