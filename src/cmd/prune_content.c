#include "cmd/prune_content.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/shipped.h"
#include "plan/read_sources.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Programs tried at most: a trace of a large test suite names many. */
#define PYTHONS_MAX 8

static const char *const mode_names[] = {[BYTECODE_AS_IS] = "keep",
					 [BYTECODE_FAST] = "fast",
					 [BYTECODE_SOURCE] = "source",
					 [BYTECODE_ONLY] = "only"};

enum bytecode_mode content_default_bytecode(enum safety safety)
{
	return safety_needs_trace(safety) ? BYTECODE_FAST : BYTECODE_AS_IS;
}

bool content_bytecode(struct prune_content *c, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (strcmp(value, mode_names[i]) == 0) {
			c->bytecode = (enum bytecode_mode)i;
			return c->bytecode_given = true;
		}
	return false;
}

/* --- what the traced Python looks for --------------------------------------------------------- */

struct seen {
	struct pyc_levels levels;
	uint64_t count;
};

struct seen_list {
	struct seen list[8];
	size_t n;
};

/* A pyc of a source under the roots, opened or looked for in vain. */
static void see(struct seen_list *s, const struct inventory *inv, const char *path)
{
	struct pyc_name name;
	size_t i = 0;
	bool below = false;

	if (!pyc_name_parse(path, &name))
		return;
	for (size_t r = 0; !below && r < inv->n_roots; r++) {
		const char *p = path_below(name.source, inv->roots[r].dir);

		below = p && inventory_find(&inv->roots[r], p) != INVENTORY_NONE;
	}
	free(name.source);
	if (!below || pyc_tag_minor(name.tag) < 0 || pyc_opt_level(name.opt) < 0)
		return;
	while (i < s->n && strcmp(s->list[i].levels.tag, name.tag) != 0)
		i++;
	if (i == ARRAY_SIZE(s->list))
		return;
	if (i == s->n)
		memcpy(s->list[s->n++].levels.tag, name.tag, sizeof(name.tag));
	s->list[i].levels.opts |= 1u << pyc_opt_level(name.opt);
	s->list[i].count++;
}

/* The tag that was asked for most often, and its optimisation levels. */
static struct pyc_levels levels_of(const struct traces *traces, const struct inventory *inv)
{
	struct seen_list s = {.n = 0};
	size_t best = 0;

	for (size_t k = 0; k < traces->n; k++) {
		const struct trace *t = &traces->list[k];

		for (size_t i = 0; i < t->n_files; i++)
			see(&s, inv, t->files[i].path);
		for (size_t i = 0; i < t->n_misses; i++)
			see(&s, inv, t->misses[i].path);
	}
	for (size_t i = 1; i < s.n; i++)
		if (s.list[i].count > s.list[best].count)
			best = i;
	return s.n ? s.list[best].levels : (struct pyc_levels){.tag = ""};
}

/* --- the Python that compiles ----------------------------------------------------------------- */

struct search {
	struct prune_content *c;
	const char *tag; /* "" when any will do */
	const char *tried[PYTHONS_MAX];
	size_t n;
};

static bool is_new(struct search *s, const char *exe)
{
	if (s->n == PYTHONS_MAX || !path_is_python(exe))
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->tried[i], exe) == 0)
			return false;
	s->tried[s->n++] = exe;
	return true;
}

static bool try_python(struct search *s, const char *exe)
{
	struct prune_content *c = s->c;
	struct python py = {.exe = NULL};

	error_clear(&c->no_python);
	if (python_probe(exe, &py, &c->no_python) < 0)
		return false;
	if (s->tag[0] && strcmp(py.tag, s->tag) != 0) {
		error_set(&c->no_python, EINVAL, "%s makes %s bytecode, the workload reads %s", exe,
			  py.tag, s->tag);
		free(py.exe);
		return false;
	}
	c->found = py;
	return true;
}

static bool search_traces(struct search *s)
{
	const struct traces *traces = s->c->traces;

	for (size_t k = 0; k < traces->n; k++)
		for (size_t i = 0; i < traces->list[k].n_processes; i++) {
			const char *exe = traces->list[k].processes[i].exe;

			if (is_new(s, exe) && try_python(s, exe))
				return true;
		}
	return false;
}

struct asked {
	struct prune_content *c;
	const char *tag;
	struct strmap read; /* sources that a run read (plan/read_sources) */
};

static bool is_read(const struct member *source, void *ctx)
{
	const struct asked *a = ctx;
	CLEANUP_FREE char *path = source->entry ? member_path(source) : NULL;

	return path && strmap_find(&a->read, path, strlen(path));
}

static void find_read(struct asked *a)
{
	for (size_t k = 0; k < a->c->traces->n; k++)
		read_sources_find(&a->c->traces->list[k], &a->read);
}

static const struct python *find_python(void *ctx)
{
	struct asked *a = ctx;
	struct search s = {.c = a->c, .tag = a->tag};
	bool found = a->c->found.exe;

	if (!found && a->c->python)
		found = try_python(&s, a->c->python);
	else if (!found)
		found = search_traces(&s);
	if (!found && !a->c->no_python.code)
		error_set(&a->c->no_python, ENOENT, "the trace names no Python");
	return found ? &a->c->found : NULL;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int apply_bytecode(struct prune_content *c, const struct inventory *inv, struct members *m,
			  struct error *e)
{
	struct asked asked = {.c = c};
	struct bytecode_options opt = {.mode = c->bytecode,
				       .python = find_python,
				       .is_read = is_read,
				       .ctx = &asked,
				       .levels = levels_of(c->traces, inv),
				       .jobs = c->jobs};
	int r;

	if (c->bytecode == BYTECODE_AS_IS)
		return 0;
	asked.tag = opt.levels.tag;
	opt.spool = c->spool = spool_new(e);
	if (!c->spool)
		return -e->code;
	find_read(&asked);
	r = bytecode_apply(m, &opt, &c->log, &c->report, e);
	strmap_free(&asked.read);
	/* Who names a Python wants it used, or to know why not. */
	if (r == 0 && c->python && c->no_python.code)
		r = error_set(e, c->no_python.code, "cannot compile: %s",
			      error_text(&c->no_python));
	return r;
}

int content_apply(struct prune_content *c, const struct traces *traces, const struct inventory *inv,
		  struct members *m, struct error *e)
{
	int r;

	c->traces = traces;
	r = apply_bytecode(c, inv, m, e);
	if (r == 0 && c->strip)
		r = strip_apply(m, c->jobs, &c->log, &c->stripped, e);
	if (r == 0)
		record_apply(&c->log, m);
	return r;
}

/* By the chosen layer, whose bytecode was looked at. */
static enum pyc_before seen_before(void *ctx, const char *name)
{
	const struct plan *p = ((struct asked *)ctx)->c->known.layer;
	size_t root, i;

	if (!inventory_locate(p->inv, name, &root, &i) || !plan_kept(p, root, i))
		return BEFORE_UNKNOWN;
	return plan_ships(p, root, i) ? BEFORE_KEPT : BEFORE_LEFT_OUT;
}

/* The sizes of libraries as they were stripped for the chosen layer. */
static void survey_stripped(struct prune_content *c, struct members *m)
{
	static const unsigned char any[32];
	const struct plan *p = c->known.layer;

	for (size_t k = 0; k < m->n; k++) {
		const struct entry *ent;
		size_t root, i;

		if (!inventory_locate(p->inv, m->list[k].name, &root, &i) ||
		    !p->inv->roots[root].entries[i].elf)
			continue;
		ent = &p->inv->roots[root].entries[i];
		c->unknown |= !plan_ships(p, root, i);
		if (!plan_ships(p, root, i) || plan_bytes(p, root, i) == ent->size)
			continue;
		m->list[k].made = plan_bytes(p, root, i);
		record_changed(&c->log, m->list[k].name, any, m->list[k].made);
	}
}

int content_survey(struct prune_content *c, const struct traces *traces,
		   const struct inventory *inv, struct members *m, struct error *e)
{
	struct asked asked = {.c = c};
	struct bytecode_options opt = {.mode = c->bytecode, .is_read = is_read, .ctx = &asked};
	int r;

	c->traces = traces;
	opt.levels = levels_of(traces, inv);
	opt.known = c->known.compiled;
	opt.before = c->known.fast ? seen_before : NULL;
	if (opt.known && !opt.levels.tag[0] && c->known.tag[0]) {
		memcpy(opt.levels.tag, c->known.tag, sizeof(opt.levels.tag));
		opt.levels.opts = 1;
	}
	find_read(&asked);
	r = bytecode_apply(m, &opt, &c->log, &c->report, e);
	strmap_free(&asked.read);
	if (r == 0 && c->known.stripped)
		survey_stripped(c, m);
	if (r == 0)
		record_apply(&c->log, m);
	return r;
}

void content_free(struct prune_content *c)
{
	free(c->found.exe);
	error_clear(&c->no_python);
	spool_free(c->spool);
	record_log_free(&c->log);
	strip_report_free(&c->stripped);
}

/* --- telling ---------------------------------------------------------------------------------- */

struct count {
	const char *name, *text;
	uint64_t n;
};

#define COUNTS 9

static void counts(const struct prune_content *c, struct count ret[COUNTS])
{
	const struct bytecode_report *b = &c->report;
	const struct count all[COUNTS] = {
		{"rewritten", "valid, now for good (unchecked-hash)", b->rewritten},
		{"unchecked", "were so already", b->unchecked},
		{"compiled", "compiled", b->compiled},
		{"stale", "stale: left out", b->stale},
		{"damaged", "damaged: left out", b->damaged},
		{"foreign", "of another Python: as they are", b->foreign},
		{"failed", "modules do not compile: source alone", b->failed},
		{"missing", "modules have none, and no Python to compile them", b->missing},
		{"dropped", "left out", b->dropped},
	};

	memcpy(ret, all, sizeof(all));
}

static void print_bytecode(const struct prune_content *c, FILE *out)
{
	struct count list[COUNTS];
	const char *separator = "bytecode: ";

	if (c->bytecode == BYTECODE_AS_IS)
		return;
	counts(c, list);
	for (size_t i = 0; i < COUNTS; i++)
		if (list[i].n) {
			fprintf(out, "%s%" PRIu64 " %s", separator, list[i].n, list[i].text);
			separator = "; ";
		}
	if (strcmp(separator, "; ") == 0)
		fputc('\n', out);
	if (c->report.missing && c->no_python.code)
		fprintf(out, "  not compiled: %s (--python EXE names one)\n",
			error_text(&c->no_python));
	if (c->bytecode == BYTECODE_ONLY)
		fprintf(out,
			"  %" PRIu64
			" modules without source: they run on %s alone, tracebacks show "
			"no lines, inspect.getsource() fails, and what looks for *.py finds "
			"nothing\n",
			c->report.sourceless, c->found.exe ? c->found.tag : "this Python version");
	if (c->report.read)
		fprintf(out, "  %" PRIu64 " modules keep their source: the run read it\n",
			c->report.read);
}

static void print_strip(const struct prune_content *c, FILE *out)
{
	const struct strip_report *s = &c->stripped;

	if (!c->strip)
		return;
	fprintf(out, "strip: %" PRIu64 " of %zu ELF files, %.1f MB before, %.1f MB now",
		s->by_reason[STRIP_DONE], s->n, (double)s->before / 1e6, (double)s->after / 1e6);
	for (size_t i = STRIP_DONE + 1; i < STRIP_REASONS; i++)
		if (s->by_reason[i])
			fprintf(out, "; %" PRIu64 "%s: %s", s->by_reason[i],
				i == STRIP_BLANKED ? "" : " as they are", strip_reason_names[i]);
	fputc('\n', out);
}

void content_print(const struct prune_content *c, FILE *out)
{
	print_bytecode(c, out);
	print_strip(c, out);
}

static struct json *bytecode_json(const struct prune_content *c)
{
	struct json *j = json_object();
	struct count list[COUNTS];

	counts(c, list);
	json_set_string(j, "mode", mode_names[c->bytecode]);
	for (size_t i = 0; i < COUNTS; i++)
		json_set_int(j, list[i].name, (int64_t)list[i].n);
	json_set_int(j, "sourceless", (int64_t)c->report.sourceless);
	json_set_int(j, "source_read", (int64_t)c->report.read);
	if (c->found.exe)
		json_set_bytes(j, "python", c->found.exe);
	return j;
}

static struct json *strip_json(const struct prune_content *c)
{
	const struct strip_report *s = &c->stripped;
	struct json *j = json_object(), *files = json_array();

	json_set_int(j, "bytes_before", (int64_t)s->before);
	json_set_int(j, "bytes_after", (int64_t)s->after);
	for (size_t i = 0; i < s->n; i++) {
		struct json *f = json_object();

		json_set_bytes(f, "path", s->list[i].name);
		json_set_int(f, "before", (int64_t)s->list[i].before);
		json_set_int(f, "after", (int64_t)s->list[i].after);
		json_set_string(f, "result", strip_reason_names[s->list[i].reason]);
		json_append(files, f);
	}
	json_set(j, "files", files);
	return j;
}

struct json *content_json(const struct prune_content *c)
{
	struct json *j = json_object();

	json_set(j, "bytecode", bytecode_json(c));
	if (c->strip)
		json_set(j, "strip", strip_json(c));
	return j;
}
