#include "layer/bytecode.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/parallel.h"
#include "base/path.h"
#include "plan/inventory.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct work {
	struct members *m;
	const struct bytecode_options *opt;
	struct record_log *log;
	struct bytecode_report *report;
	struct error *e;
	struct pyc_levels levels;
	struct judged *judged; /* [member]: bytecode that is there */
	bool *gone;            /* [member]: to be left out */
	struct members add;    /* members to come */
	struct compile_job *jobs;
	size_t *job_of; /* [job] → index in `add` */
	size_t n_jobs, cap_jobs, cap_job_of;
};

static const char NOT_WANTED[] = "no bytecode is wanted (--bytecode source)";
static const char NOT_VALID[] = "bytecode that is stale or damaged";
static const char IN_PLACE[] = "bytecode is in the place of the source (--bytecode only)";

static void leave_out(struct work *w, size_t i, const char *why)
{
	w->gone[i] = true;
	record_gone(w->log, w->m->list[i].name, why);
}

/* --- pyc files that are there ----------------------------------------------------------------- */

/* Whether the source is still what the pyc was found valid for. */
static int check_time(const struct pyc *p, const struct member *source, struct error *e)
{
	CLEANUP_FREE char *path = NULL;
	struct stat st;
	int64_t ns;

	if (!source->entry || source->root->zip)
		return 0;
	path = member_path(source);
	if (stat(path, &st) < 0)
		return error_errno(e, errno, "cannot stat %s", path);
	ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	return pyc_is_current(p, (uint64_t)st.st_size, ns) ? 0 : member_changed(source, e);
}

/* A member_transform: `aux` is the source. */
static int make_unchecked(const struct member *m, struct buf *content, struct error *e)
{
	CLEANUP_BUF struct buf source = {0};
	struct pyc p;
	enum pyc_state state = pyc_probe(content->data, content->len, &p);
	int r;

	if (state == PYC_UNCHECKED)
		return 0;
	if (state != PYC_TIMED && state != PYC_CHECKED)
		return member_changed(m, e);
	r = member_read(m->aux, &source, e);
	if (r == 0 && state == PYC_TIMED)
		r = check_time(&p, m->aux, e);
	if (r < 0)
		return r;
	pyc_set_unchecked((unsigned char *)content->data,
			  pyc_source_hash(p.magic, p.minor, source.data, source.len));
	return 0;
}

/* What a pyc is whose source is a member too. */
enum verdict { NOT_ASKED, FOREIGN, DAMAGED, STALE, UNCHECKED, FRESH };

struct judged {
	uint32_t source; /* index of the source */
	uint8_t verdict;
};

static int check_hash(const struct pyc *p, const struct member *source, bool *ret, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r = member_read(source, &text, e);

	*ret = r == 0 && pyc_source_hash(p->magic, p->minor, text.data, text.len) == p->hash;
	return r;
}

static int judge(const struct member *m, const struct pyc_name *name, const struct member *source,
		 uint8_t *ret, struct error *e)
{
	CLEANUP_BUF struct buf head = {0};
	struct pyc p = {.minor = -1};
	int tag = pyc_tag_minor(name->tag), r = member_peek(m, PYC_PROBE, &head, e);
	enum pyc_state state;
	bool valid = true;

	if (r < 0)
		return r;
	state = pyc_probe(head.data, head.len, &p);
	*ret = state == PYC_FOREIGN && tag < 0 ? FOREIGN : DAMAGED;
	if (state == PYC_FOREIGN || state == PYC_DAMAGED || (tag >= 0 && tag != p.minor))
		return 0;
	if (state == PYC_TIMED)
		valid = pyc_is_current(&p, source->size, source->mtime_ns);
	else /* of an unchecked one too: nobody will ever look again */
		r = check_hash(&p, source, &valid, e);
	*ret = !valid ? STALE : state == PYC_UNCHECKED ? UNCHECKED : FRESH;
	return r;
}

/* Whether another layer has told: what was kept stays as it is. */
static bool known_before(const struct work *w, const char *name, uint8_t *ret)
{
	enum pyc_before b = w->opt->before && w->opt->mode == BYTECODE_FAST
				    ? w->opt->before(w->opt->ctx, name)
				    : BEFORE_UNKNOWN;

	if (b != BEFORE_UNKNOWN)
		*ret = b == BEFORE_KEPT ? FOREIGN : STALE;
	return b != BEFORE_UNKNOWN;
}

static int judge_one(struct work *w, size_t i, struct error *e)
{
	const struct member *m = &w->m->list[i], *source;
	struct member key = {0};
	struct pyc_name name;
	int r = 0;

	if (m->kind != MEMBER_FILE || !pyc_name_parse(m->name, &name))
		return 0;
	key.name = name.source;
	source = members_find(w->m, &key);
	if (source && source->kind == MEMBER_FILE) {
		w->judged[i].source = (uint32_t)(source - w->m->list);
		w->judged[i].verdict = STALE;
		if (w->opt->mode != BYTECODE_SOURCE &&
		    !known_before(w, m->name, &w->judged[i].verdict))
			r = judge(m, &name, source, &w->judged[i].verdict, e);
	}
	free(name.source);
	return r;
}

/* On every core: most of it is opening files. */
static void judge_some(struct parallel *p, void *ctx)
{
	size_t i;

	while (parallel_next(p, &i)) {
		CLEANUP_ERROR struct error e = {0};

		if (judge_one(ctx, i, &e) < 0)
			parallel_fail(p, &e);
	}
}

static void set_unchecked(struct member *m, const struct member *source)
{
	m->aux = member_origin(source);
	m->transform = make_unchecked;
}

static void take_pyc(struct work *w, size_t i, enum verdict v)
{
	struct bytecode_report *report = w->report;

	if (w->opt->mode == BYTECODE_SOURCE) {
		report->dropped++;
		leave_out(w, i, NOT_WANTED);
		return;
	}
	report->foreign += v == FOREIGN;
	report->damaged += v == DAMAGED;
	report->stale += v == STALE;
	report->unchecked += v == UNCHECKED;
	report->rewritten += v == FRESH;
	if (v == UNCHECKED || v == FRESH)
		set_unchecked(&w->m->list[i], &w->m->list[w->judged[i].source]);
	else if (v != FOREIGN)
		leave_out(w, i, NOT_VALID);
}

static int take_pycs(struct work *w)
{
	int r;

	w->judged = xcalloc(w->m->n, sizeof(*w->judged));
	r = parallel_run(w->m->n, w->opt->jobs, judge_some, w, w->e);
	for (size_t i = 0; r == 0 && i < w->m->n; i++)
		if (w->judged[i].verdict != NOT_ASKED)
			take_pyc(w, i, (enum verdict)w->judged[i].verdict);
	free(TAKE_PTR(w->judged));
	return r;
}

/* --- what is missing -------------------------------------------------------------------------- */

/* A module by its name: what `import` could ask for. Scripts are not cached. */
static bool is_module(const struct member *m)
{
	const char *base = path_base(m->name);

	if (m->kind != MEMBER_FILE || !path_ends(base, ".py"))
		return false;
	for (const char *p = base; p < base + strlen(base) - 3; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && !(*p & 0x80))
			return false;
	return !isdigit((unsigned char)base[0]) && strncmp(m->name, "bin/", 4) != 0 &&
	       !strstr(m->name, "/bin/");
}

/* The fresh bytecode of a source for the workload's Python, or NULL. */
static struct member *fresh_pyc(const struct work *w, const struct member *source, int level)
{
	static const char *const opts[] = {"", "1", "2"};
	CLEANUP_FREE char *name = pyc_name_make(source->name, w->levels.tag, opts[level]);
	struct member key = {.name = name}, *m = members_find(w->m, &key);

	return m && !w->gone[m - w->m->list] ? m : NULL;
}

/* Takes the name. */
static struct member *add_file(struct work *w, char *name)
{
	return members_add(&w->add, name, MEMBER_FILE, 0644);
}

static void add_job(struct work *w, const struct member *source, int level, char *name)
{
	add_file(w, name);
	w->jobs = array_grow(w->jobs, w->n_jobs, &w->cap_jobs, sizeof(*w->jobs));
	w->job_of = array_grow(w->job_of, w->n_jobs, &w->cap_job_of, sizeof(*w->job_of));
	w->jobs[w->n_jobs] = (struct compile_job){.source = source, .optimize = level};
	w->job_of[w->n_jobs++] = w->add.n - 1;
}

static void want_levels(struct work *w, const struct member *source)
{
	static const char *const opts[] = {"", "1", "2"};

	for (int level = 0; level < 3; level++) {
		if (!(w->levels.opts & 1u << level) || fresh_pyc(w, source, level))
			continue;
		add_job(w, source, level, pyc_name_make(source->name, w->levels.tag, opts[level]));
	}
}

/* --- only bytecode ---------------------------------------------------------------------------- */

static int lowest_level(const struct work *w)
{
	for (int level = 0; level < 3; level++)
		if (w->levels.opts & 1u << level)
			return level;
	return 0;
}

/* With valid bytecode CPython does not open a source: who did wants its text. */
static bool is_read(const struct work *w, const struct member *source)
{
	return w->opt->is_read && fresh_pyc(w, source, lowest_level(w)) &&
	       w->opt->is_read(source, w->opt->ctx);
}

/* x.py gives way to x.pyc, made of its fresh bytecode or compiled. */
static void want_sourceless(struct work *w, const struct member *source)
{
	struct member *pyc = fresh_pyc(w, source, lowest_level(w));
	char *name = xasprintf("%sc", source->name);
	struct member key = {.name = name}, *old = members_find(w->m, &key), *one;

	if (old)
		leave_out(w, (size_t)(old - w->m->list), IN_PLACE);
	if (!pyc) {
		add_job(w, source, lowest_level(w), name);
		return;
	}
	one = add_file(w, name);
	member_set_origin(one, pyc);
	set_unchecked(one, source);
}

/* The source's new form exists: the source goes, and every cached bytecode of it. */
static void drop_source(struct work *w, const struct member *source, const char *name)
{
	record_renamed(w->log, source->name, name, IN_PLACE);
	w->gone[source - w->m->list] = true;
	w->report->sourceless++;
}

static void drop_cached(struct work *w)
{
	for (size_t i = 0; i < w->m->n; i++) {
		struct pyc_name name;
		struct member key = {0}, *source;

		if (w->gone[i] || !pyc_name_parse(w->m->list[i].name, &name))
			continue;
		key.name = name.source;
		source = members_find(w->m, &key);
		if (source && w->gone[source - w->m->list]) {
			leave_out(w, i, IN_PLACE);
			w->report->dropped++;
		}
		free(name.source);
	}
}

/* --- the whole -------------------------------------------------------------------------------- */

static const struct python *find_python(const struct work *w)
{
	return w->opt->python ? w->opt->python(w->opt->ctx) : NULL;
}

static void use_compiled(struct work *w)
{
	for (size_t k = 0; k < w->n_jobs; k++) {
		struct member *one = &w->add.list[w->job_of[k]];

		if (!w->jobs[k].len) {
			w->report->failed++;
			continue;
		}
		w->report->compiled++;
		one->transform = spool_read;
		one->arg = w->opt->spool;
		one->at = w->jobs[k].at;
		one->size = w->jobs[k].len;
	}
}

/* A job that another layer had done counts as done. */
static void take_known(struct work *w)
{
	for (size_t k = 0; k < w->n_jobs; k++) {
		const char *name = w->add.list[w->job_of[k]].name;
		const size_t *bytes = strmap_find(w->opt->known, name, strlen(name));

		w->report->missing += !bytes;
		w->add.list[w->job_of[k]].size = bytes ? *bytes : 0;
		w->add.list[w->job_of[k]].transform = bytes ? spool_read : NULL;
	}
}

static int compile_missing(struct work *w)
{
	const struct python *py = w->n_jobs ? find_python(w) : NULL;
	int r;

	if (w->opt->known) {
		take_known(w);
		return 0;
	}

	/* Another Python's bytecode would never be looked for. */
	if (!py || strcmp(py->tag, w->levels.tag) != 0) {
		w->report->missing += w->n_jobs;
		return 0;
	}
	r = compile_all(py, w->jobs, w->n_jobs, w->opt->jobs, w->opt->spool, w->e);
	if (r == 0)
		use_compiled(w);
	return r;
}

static void want_missing(struct work *w)
{
	if (w->opt->mode == BYTECODE_SOURCE)
		return;
	if (!w->levels.tag[0]) {
		const struct python *py = find_python(w);

		if (!py)
			return;
		w->levels.opts = 1;
		memcpy(w->levels.tag, py->tag, sizeof(py->tag));
	}
	for (size_t i = 0; i < w->m->n; i++) {
		const struct member *m = &w->m->list[i];

		if (!is_module(m))
			continue;
		if (w->opt->mode != BYTECODE_ONLY) {
			want_levels(w, m);
		} else if (is_read(w, m)) {
			w->report->read++;
			want_levels(w, m);
		} else {
			want_sourceless(w, m);
		}
	}
}

/* The source of a member to come, by its name; NULL in mode FAST for names not of the cache. */
static const struct member *source_of(const struct work *w, const char *name)
{
	CLEANUP_FREE char *source = NULL;
	struct pyc_name parsed;
	struct member key;

	if (pyc_name_parse(name, &parsed))
		source = parsed.source;
	else
		source = xstrndup(name, strlen(name) - 1);
	key.name = source;
	return members_find(w->m, &key);
}

static bool is_cached(const char *name)
{
	struct pyc_name parsed;

	if (!pyc_name_parse(name, &parsed))
		return false;
	free(parsed.source);
	return true;
}

/* The list without what is gone and with what has come. */
static void merge(struct work *w)
{
	struct members out = {0};

	for (size_t i = 0; i < w->add.n; i++) {
		struct member *one = &w->add.list[i];
		const struct member *source;

		if (!one->transform)
			continue;
		source = source_of(w, one->name);
		if (w->opt->mode == BYTECODE_ONLY && !is_cached(one->name))
			drop_source(w, source, one->name);
		else
			record_added(w->log, source->name, one->name);
	}
	if (w->opt->mode == BYTECODE_ONLY)
		drop_cached(w);
	for (size_t i = 0; i < w->m->n; i++)
		if (!w->gone[i])
			members_move(&out, &w->m->list[i]);
	for (size_t i = 0; i < w->add.n; i++)
		if (w->add.list[i].transform)
			members_move(&out, &w->add.list[i]);
	members_free(w->m);
	*w->m = out;
	members_sort(w->m);
}

int bytecode_apply(struct members *m, const struct bytecode_options *opt, struct record_log *log,
		   struct bytecode_report *ret, struct error *e)
{
	struct work w = {.m = m, .opt = opt, .log = log, .report = ret, .e = e};
	int r;

	w.levels = opt->levels;
	*ret = (struct bytecode_report){0};
	if (opt->mode == BYTECODE_AS_IS)
		return 0;
	w.gone = xcalloc(m->n, sizeof(*w.gone));
	r = take_pycs(&w);
	if (r == 0) {
		want_missing(&w);
		r = compile_missing(&w);
	}
	if (r == 0)
		merge(&w);
	members_free(&w.add);
	free(w.jobs);
	free(w.job_of);
	free(w.gone);
	return r;
}
