#include "trace/merge.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "trace/tracefile.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct input {
	const struct trace *t;
	const char *name;
	struct buf text; /* the trace as its file has it: what the order is made by */
};

/* --- maps ------------------------------------------------------------------------------------- */

static void map_path(char **path, const struct merge_map *maps, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		const char *below = path_below(*path, maps[k].from);
		char *mapped;

		if (!below)
			continue;
		mapped = path_join(maps[k].to, below);
		free(*path);
		*path = mapped;
		return;
	}
}

static void map_trace(struct trace *t, const struct merge_map *maps, size_t n)
{
	for (size_t i = 0; i < t->n_files; i++) {
		map_path(&t->files[i].path, maps, n);
		for (size_t q = 0; q < t->files[i].n_requested; q++)
			map_path(&t->files[i].requested[q], maps, n);
	}
	for (size_t i = 0; i < t->n_misses; i++)
		map_path(&t->misses[i].path, maps, n);
}

/* --- what the runs had under their feet ------------------------------------------------------- */

/* Where a run found top-level packages, the standard library aside. */
struct layout {
	struct strmap roots;    /* directory → index of a file that shows it */
	struct strmap packages; /* "name" → the same */
	uint64_t pythons;       /* bit set of minor versions whose bytecode or extensions it used */
};

static uint64_t cpython_of(const char *base)
{
	static const char tag[] = ".cpython-3";
	const char *at = strstr(base, tag);
	unsigned long minor = at ? strtoul(at + strlen(tag), NULL, 10) : 64;

	return minor < 64 ? UINT64_C(1) << minor : 0;
}

/* Of ".../NAME/__init__.py" or its bytecode: *dir_len and *name_len; false for other paths. */
static bool package_of(const char *path, size_t *dir_len, size_t *name_len)
{
	static const char source[] = "/__init__.py", cached[] = "/__pycache__/__init__.";
	const char *end = strstr(path, cached), *slash;
	size_t len = strlen(path), n = strlen(source);

	if (!end && len > n && strcmp(path + len - n, source) == 0)
		end = path + len - n;
	if (!end || end == path)
		return false;
	slash = memrchr(path, '/', (size_t)(end - path));
	if (!slash || slash == path)
		return false;
	*dir_len = (size_t)(slash - path);
	*name_len = (size_t)(end - slash) - 1;
	return true;
}

static bool has_below(const struct trace *t, const char *dir, size_t dir_len, const char *rest)
{
	CLEANUP_FREE char *path = xasprintf("%.*s/%s", (int)dir_len, dir, rest);

	return trace_find(t, path) != NULL;
}

/* A package inside a package, or of the standard library, shows no root. */
static bool shows_root(const struct trace *t, const char *path, size_t dir_len)
{
	return !has_below(t, path, dir_len, "__init__.py") &&
	       !has_below(t, path, dir_len, "os.py") &&
	       !has_below(t, path, dir_len, "encodings/__init__.py");
}

static void layout_find(const struct trace *t, struct layout *ret)
{
	for (size_t i = 0; i < t->n_files; i++) {
		const char *path = t->files[i].path;
		size_t dir, name;

		if (t->files[i].ops & (TRACE_OPEN | TRACE_MAP))
			ret->pythons |= cpython_of(path_base(path));
		if (!package_of(path, &dir, &name) || !shows_root(t, path, dir))
			continue;
		strmap_add(&ret->roots, path, dir, i, NULL);
		strmap_add(&ret->packages, path + dir + 1, name, i, NULL);
	}
}

static void layout_free(struct layout *l)
{
	strmap_free(&l->roots);
	strmap_free(&l->packages);
}

static void add_pythons(uint64_t set, struct buf *out)
{
	const char *comma = "";

	for (unsigned minor = 0; minor < 64; minor++)
		if (set >> minor & 1) {
			buf_addf(out, "%sCPython 3.%u", comma, minor);
			comma = " and ";
		}
}

static int check_pythons(const struct input *a, const struct input *b, const struct layout *la,
			 const struct layout *lb, struct error *e)
{
	uint64_t both = la->pythons & lb->pythons;
	CLEANUP_BUF struct buf x = {0}, y = {0};

	if (both == la->pythons || both == lb->pythons)
		return 0;
	add_pythons(la->pythons, &x);
	add_pythons(lb->pythons, &y);
	return error_set(e, EINVAL,
			 "%s is of %s, %s of %s: bytecode and extension modules of the one are "
			 "nothing to the other; make a layer for each",
			 a->name, x.data, b->name, y.data);
}

/* The same package in two places, of which neither run knew the other's. */
static int check_places(const struct input *a, const struct input *b, const struct layout *la,
			const struct layout *lb, struct error *e)
{
	for (size_t i = 0; i < a->t->n_files; i++) {
		const char *x = a->t->files[i].path, *y;
		size_t dir, name, other_dir, other_name;
		const size_t *at;

		if (!package_of(x, &dir, &name) || !strmap_find(&la->roots, x, dir) ||
		    strmap_find(&lb->roots, x, dir))
			continue;
		at = strmap_find(&lb->packages, x + dir + 1, name);
		y = at ? b->t->files[*at].path : NULL;
		if (!y || !package_of(y, &other_dir, &other_name) ||
		    strmap_find(&la->roots, y, other_dir))
			continue;
		return error_set(
			e, EINVAL,
			"%s found the package '%.*s' in %.*s, %s in %.*s: if it is the same "
			"tree, say so with --map %.*s=%.*s",
			a->name, (int)name, x + dir + 1, (int)dir, x, b->name, (int)other_dir, y,
			(int)other_dir, y, (int)dir, x);
	}
	return 0;
}

/* Whether the path lies below a directory where the run found packages. */
static bool in_layout(const struct layout *l, const char *path)
{
	for (const char *s = strchr(path + 1, '/'); s; s = strchr(s + 1, '/'))
		if (strmap_find(&l->roots, path, (size_t)(s - path)))
			return true;
	return false;
}

static int check_versions(const struct input *a, const struct input *b, const struct layout *la,
			  struct error *e)
{
	for (size_t i = 0; i < a->t->n_files; i++) {
		const struct trace_file *x = &a->t->files[i], *y = trace_find(b->t, x->path);

		if (!y || x->created || y->created || x->type == TRACE_TYPE_UNKNOWN ||
		    y->type == TRACE_TYPE_UNKNOWN || (x->type == y->type && x->size == y->size) ||
		    !in_layout(la, x->path))
			continue;
		return error_set(e, EINVAL,
				 "%s and %s saw two versions of %s (%" PRId64 " and %" PRId64
				 " bytes): record both on one tree",
				 a->name, b->name, x->path, x->size, y->size);
	}
	return 0;
}

static int check_pair(const struct input *a, const struct input *b, const struct layout *la,
		      const struct layout *lb, struct error *e)
{
	int r = check_pythons(a, b, la, lb, e);

	if (strcmp(a->t->arch, b->t->arch) != 0)
		return error_set(e, EINVAL, "%s was recorded on %s, %s on %s: no layer serves both",
				 a->name, a->t->arch, b->name, b->t->arch);
	if (r == 0)
		r = check_places(a, b, la, lb, e);
	return r == 0 ? check_versions(a, b, la, e) : r;
}

static int check_inputs(const struct input *list, size_t n, struct error *e)
{
	struct layout *layouts = xcalloc(n, sizeof(*layouts));
	int r = 0;

	for (size_t i = 0; i < n; i++)
		layout_find(list[i].t, &layouts[i]);
	for (size_t i = 0; r == 0 && i < n; i++)
		for (size_t k = i + 1; r == 0 && k < n; k++)
			r = check_pair(&list[i], &list[k], &layouts[i], &layouts[k], e);
	for (size_t i = 0; i < n; i++)
		layout_free(&layouts[i]);
	free(layouts);
	return r;
}

/* --- lists of strings ------------------------------------------------------------------------- */

static int by_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_copies(char ***list, size_t *n, char **more, size_t n_more)
{
	*list = xreallocarray(*list, *n + n_more, sizeof(**list));
	for (size_t i = 0; i < n_more; i++)
		(*list)[(*n)++] = xstrdup(more[i]);
}

static void sort_unique(char **list, size_t *n)
{
	size_t kept = 0;

	if (*n)
		qsort(list, *n, sizeof(*list), by_string);
	for (size_t i = 0; i < *n; i++)
		if (kept && strcmp(list[kept - 1], list[i]) == 0)
			free(list[i]);
		else
			list[kept++] = list[i];
	*n = kept;
}

/* "6.1, 6.8": the words of all, which may themselves be such lists. */
static char *join_words(const struct input *list, size_t n,
			char *const *(*of)(const struct trace *))
{
	CLEANUP_BUF struct buf out = {0};
	char **words = NULL;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		for (const char *s = *of(list[i].t); s;) {
			const char *end = strstr(s, ", ");
			char *word = end ? xstrndup(s, (size_t)(end - s)) : xstrdup(s);

			words = xreallocarray(words, k + 1, sizeof(*words));
			words[k++] = word;
			s = end ? end + 2 : NULL;
		}
	sort_unique(words, &k);
	for (size_t i = 0; i < k; i++) {
		buf_addf(&out, "%s%s", i ? ", " : "", words[i]);
		free(words[i]);
	}
	free(words);
	return out.data ? buf_take(&out) : xstrdup("");
}

static char *const *tool_of(const struct trace *t)
{
	return &t->tool;
}

static char *const *kernel_of(const struct trace *t)
{
	return &t->kernel;
}

static char *const *backend_of(const struct trace *t)
{
	return &t->backend;
}

/* --- the head --------------------------------------------------------------------------------- */

static const char *const merge_words[] = {"importtrace", "merge", "--"};

/* A command as words of the merged one: those of a merged trace already are. */
static void add_command(const struct trace *t, char ***list, size_t *n)
{
	CLEANUP_BUF struct buf line = {0};
	size_t lead = ARRAY_SIZE(merge_words), k = 0;

	while (k < lead && k < t->n_command && strcmp(t->command[k], merge_words[k]) == 0)
		k++;
	if (k == lead) {
		add_copies(list, n, t->command + lead, t->n_command - lead);
		return;
	}
	for (size_t i = 0; i < t->n_command; i++)
		buf_addf(&line, "%s%s", i ? " " : "", t->command[i]);
	add_copies(list, n, (char *[]){line.data ? line.data : (char[]){""}}, 1);
}

static void merge_command(const struct input *list, size_t n, struct trace *ret)
{
	char **lines = NULL;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		add_command(list[i].t, &lines, &k);
	sort_unique(lines, &k);
	for (size_t i = 0; i < ARRAY_SIZE(merge_words); i++)
		add_copies(&ret->command, &ret->n_command,
			   (char *[]){(char *)(uintptr_t)merge_words[i]}, 1);
	add_copies(&ret->command, &ret->n_command, lines, k);
	for (size_t i = 0; i < k; i++)
		free(lines[i]);
	free(lines);
}

/* The deepest directory above all. */
static char *common_dir(const struct input *list, size_t n)
{
	char *dir = xstrdup(list[0].t->cwd);

	for (size_t i = 1; i < n; i++)
		while (!path_below(list[i].t->cwd, dir) && strcmp(dir, "/") != 0) {
			CLEANUP_FREE char *above = path_dir(dir);

			free(dir);
			/* Above a relative one there is nothing. */
			dir = above[0] ? TAKE_PTR(above) : xstrdup("/");
		}
	return dir;
}

static void merge_losses(const struct trace *t, struct trace *ret)
{
	for (size_t i = 0; i < t->n_loss; i++) {
		size_t k = 0;

		while (k < ret->n_loss && strcmp(ret->loss[k].name, t->loss[i].name) != 0)
			k++;
		if (k == ret->n_loss) {
			ret->loss = xreallocarray(ret->loss, k + 1, sizeof(*ret->loss));
			ret->loss[ret->n_loss++] =
				(struct trace_loss){.name = xstrdup(t->loss[i].name)};
		}
		ret->loss[k].count += t->loss[i].count;
	}
}

static int by_loss_name(const void *a, const void *b)
{
	return strcmp(((const struct trace_loss *)a)->name, ((const struct trace_loss *)b)->name);
}

static void merge_head(const struct input *list, size_t n, struct trace *ret)
{
	ret->tool = join_words(list, n, tool_of);
	ret->kernel = join_words(list, n, kernel_of);
	ret->backend = join_words(list, n, backend_of);
	ret->arch = xstrdup(list[0].t->arch);
	ret->cwd = common_dir(list, n);
	ret->complete = true;
	ret->start_unix_ns = INT64_MAX;
	merge_command(list, n, ret);
	for (size_t i = 0; i < n; i++) {
		const struct trace *t = list[i].t;

		ret->complete = ret->complete && t->complete;
		ret->events += t->events;
		ret->duration_ns += t->duration_ns;
		if (t->start_unix_ns < ret->start_unix_ns)
			ret->start_unix_ns = t->start_unix_ns;
		if (t->signal > ret->signal)
			ret->signal = t->signal;
		if (t->exit_code > ret->exit_code)
			ret->exit_code = t->exit_code;
		add_copies(&ret->reasons, &ret->n_reasons, t->reasons, t->n_reasons);
		merge_losses(t, ret);
	}
	if (ret->signal)
		ret->exit_code = -1;
	sort_unique(ret->reasons, &ret->n_reasons);
	if (ret->n_loss)
		qsort(ret->loss, ret->n_loss, sizeof(*ret->loss), by_loss_name);
}

/* --- processes, files, misses ----------------------------------------------------------------- */

/* Runs are told apart by their numbers: those of a trace begin behind those of the one before. */
static int32_t pid_new(const struct trace *t, int32_t pid, int32_t first)
{
	for (size_t k = 0; k < t->n_processes; k++)
		if (t->processes[k].pid == pid)
			return first + (int32_t)k;
	return 0;
}

static void add_processes(const struct trace *t, int32_t first, struct trace *ret)
{
	ret->processes = xreallocarray(ret->processes, ret->n_processes + t->n_processes,
				       sizeof(*ret->processes));
	for (size_t k = 0; k < t->n_processes; k++) {
		struct trace_process *p = &ret->processes[ret->n_processes++];

		*p = t->processes[k];
		p->pid = first + (int32_t)k;
		p->parent = pid_new(t, p->parent, first);
		p->exe = p->exe ? xstrdup(p->exe) : NULL;
	}
}

static void add_files(const struct trace *t, int32_t first, struct trace *ret)
{
	ret->files = xreallocarray(ret->files, ret->n_files + t->n_files, sizeof(*ret->files));
	for (size_t i = 0; i < t->n_files; i++) {
		struct trace_file *f = &ret->files[ret->n_files++];

		*f = t->files[i];
		f->path = xstrdup(f->path);
		f->pid = pid_new(t, f->pid, first);
		f->requested = NULL;
		f->n_requested = 0;
		add_copies(&f->requested, &f->n_requested, t->files[i].requested,
			   t->files[i].n_requested);
	}
}

static void add_misses(const struct trace *t, int32_t first, struct trace *ret)
{
	ret->misses = xreallocarray(ret->misses, ret->n_misses + t->n_misses, sizeof(*ret->misses));
	for (size_t i = 0; i < t->n_misses; i++) {
		struct trace_miss *m = &ret->misses[ret->n_misses++];

		*m = t->misses[i];
		m->path = xstrdup(m->path);
		m->pid = pid_new(t, m->pid, first);
	}
}

static int by_touch(const char *a, const char *b, int64_t time_a, int64_t time_b, int32_t pid_a,
		    int32_t pid_b)
{
	int order = strcmp(a, b);

	if (order)
		return order;
	if (time_a != time_b)
		return time_a < time_b ? -1 : 1;
	return pid_a < pid_b ? -1 : pid_a > pid_b;
}

static int by_file(const void *a, const void *b)
{
	const struct trace_file *x = a, *y = b;

	return by_touch(x->path, y->path, x->first_ns, y->first_ns, x->pid, y->pid);
}

static int by_miss(const void *a, const void *b)
{
	const struct trace_miss *x = a, *y = b;

	return by_touch(x->path, y->path, x->first_ns, y->first_ns, x->pid, y->pid);
}

/* Adds what a later touch of the same path says, and takes its strings. */
static void join_file(struct trace_file *into, struct trace_file *f)
{
	into->ops |= f->ops;
	into->created = into->created && f->created;
	if (f->type > into->type)
		into->type = f->type;
	if (f->size > into->size)
		into->size = f->size;
	add_copies(&into->requested, &into->n_requested, f->requested, f->n_requested);
	for (size_t q = 0; q < f->n_requested; q++)
		free(f->requested[q]);
	free(f->requested);
	free(f->path);
}

static void join_files(struct trace *t)
{
	size_t kept = 0;

	if (t->n_files)
		qsort(t->files, t->n_files, sizeof(*t->files), by_file);
	for (size_t i = 0; i < t->n_files; i++)
		if (kept && strcmp(t->files[kept - 1].path, t->files[i].path) == 0)
			join_file(&t->files[kept - 1], &t->files[i]);
		else
			t->files[kept++] = t->files[i];
	t->n_files = kept;
	for (size_t i = 0; i < kept; i++)
		sort_unique(t->files[i].requested, &t->files[i].n_requested);
}

static void join_misses(struct trace *t)
{
	size_t kept = 0;

	if (t->n_misses)
		qsort(t->misses, t->n_misses, sizeof(*t->misses), by_miss);
	for (size_t i = 0; i < t->n_misses; i++)
		if (kept && strcmp(t->misses[kept - 1].path, t->misses[i].path) == 0)
			free(t->misses[i].path);
		else
			t->misses[kept++] = t->misses[i];
	t->n_misses = kept;
}

static void merge_lists(const struct input *list, size_t n, struct trace *ret)
{
	for (size_t i = 0; i < n; i++) {
		int32_t first = (int32_t)ret->n_processes + 1;

		add_processes(list[i].t, first, ret);
		add_files(list[i].t, first, ret);
		add_misses(list[i].t, first, ret);
	}
	join_files(ret);
	join_misses(ret);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	const struct input *x = a, *y = b;

	if (x->t->start_unix_ns != y->t->start_unix_ns)
		return x->t->start_unix_ns < y->t->start_unix_ns ? -1 : 1;
	return strcmp(x->text.data, y->text.data);
}

/* In an order that only the traces' content makes, without doubles. */
static size_t order_inputs(struct input *list, size_t n)
{
	size_t kept = 0;

	qsort(list, n, sizeof(*list), by_text);
	for (size_t i = 0; i < n; i++)
		if (kept && strcmp(list[kept - 1].text.data, list[i].text.data) == 0)
			buf_free(&list[i].text);
		else
			list[kept++] = list[i];
	return kept;
}

int traces_merge(struct trace *list, const char *const *names, size_t n,
		 const struct merge_map *maps, size_t n_maps, struct trace *ret, struct error *e)
{
	struct input *inputs = xcalloc(n, sizeof(*inputs));
	struct trace merged = {0};
	int r;

	for (size_t i = 0; i < n; i++) {
		map_trace(&list[i], maps, n_maps);
		join_files(&list[i]);
		join_misses(&list[i]);
		inputs[i] = (struct input){.t = &list[i], .name = names[i]};
		trace_format(&list[i], &inputs[i].text);
	}
	n = order_inputs(inputs, n);
	r = check_inputs(inputs, n, e);
	if (r == 0 && n == 1)
		r = trace_parse(inputs[0].text.data, inputs[0].text.len, &merged, e);
	else if (r == 0) {
		merge_head(inputs, n, &merged);
		merge_lists(inputs, n, &merged);
	}
	if (r == 0)
		*ret = merged;
	for (size_t i = 0; i < n; i++)
		buf_free(&inputs[i].text);
	free(inputs);
	return r;
}
