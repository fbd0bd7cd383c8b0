#include "trace/origins.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct order {
	const struct origin *origins;
	const struct trace_file *files;
};

/* By their first records; of one record what was moved before where it is now. */
static int by_first_touch(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	int64_t first = o->files[i].first_ns, second = o->files[j].first_ns;

	if (first != second)
		return first < second ? -1 : 1;
	return (o->origins[i].from != SIZE_MAX) - (o->origins[j].from != SIZE_MAX);
}

/* Whether a directory above it had been made when the file was first touched. */
static bool in_created_dir(const struct trace_file *files, const struct strmap *by_path,
			   const struct trace_file *f)
{
	for (size_t n = strlen(f->path); n > 1; n--) {
		const size_t *dir;

		if (f->path[n - 1] != '/')
			continue;
		dir = strmap_find(by_path, f->path, n - 1);
		if (dir && files[*dir].created && files[*dir].first_ns <= f->first_ns)
			return true;
	}
	return false;
}

void origins_settle(const struct origin *origins, struct trace_file *files, size_t n,
		    const struct strmap *by_path)
{
	CLEANUP_FREE size_t *sorted = xreallocarray(NULL, n, sizeof(*sorted));
	struct order order = {origins, files};

	for (size_t i = 0; i < n; i++)
		sorted[i] = i;
	if (n)
		qsort_r(sorted, n, sizeof(*sorted), by_first_touch, &order);
	for (size_t i = 0; i < n; i++) {
		struct trace_file *f = &files[sorted[i]];
		const struct origin *o = &origins[sorted[i]];

		f->created = o->made || (o->from != SIZE_MAX && files[o->from].created) ||
			     in_created_dir(files, by_path, f);
	}
}
