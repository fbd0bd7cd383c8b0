#include "cmd/verify_session.h"

#include "base/janitor.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/cmd.h"
#include "cmd/verify_lists.h"
#include "cmd/verify_manifest.h"
#include "cmd/verify_output.h"
#include "layer/content.h"
#include "layer/dirout.h"
#include "cmd/prune_lists.h"
#include "cmd/prune_write.h"
#include "view/show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rounds of --repair at most: each adds something, so this is far beyond what a layer needs. */
#define ROUNDS_MAX 100

static void tell(const struct session *s, const struct job *job, const char *where)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K[%zu/%zu] %.40s: on the %s", (size_t)(job - s->jobs) + 1,
			s->n_jobs, job->name, where);
}

static void tell_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void note(struct session *s, char *text)
{
	s->notes = xreallocarray(s->notes, s->n_notes + 1, sizeof(*s->notes));
	s->notes[s->n_notes++] = text;
}

/* --- on the original -------------------------------------------------------------------------- */

/* The roots, where they are known before the first run. */
static const struct inventory *known_roots(const struct session *s)
{
	return s->opt->input.n_roots ? &s->original : NULL;
}

static int run_originals(struct session *s, struct error *e)
{
	const struct inventory *known = known_roots(s);
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_jobs; i++) {
		struct job *job = &s->jobs[i];

		tell(s, job, "original");
		r = run_original(&s->scratch, job->argv, known, &job->was, e);
		if (r < 0 && s->n_jobs > 1)
			error_add(e, "%s", job->name);
	}
	tell_end();
	return r;
}

/* The traces side by side, as deciding wants them. */
static void gather_traces(struct session *s)
{
	s->traces.list = xcalloc(s->n_jobs, sizeof(*s->traces.list));
	for (size_t i = 0; i < s->n_jobs; i++)
		s->traces.list[s->traces.n++] = s->jobs[i].was.trace;
}

/* What this run cannot see is said. */
static void note_weakness(struct session *s, const struct job *job)
{
	const struct trace *t = &job->was.trace;
	bool python = false;

	for (size_t i = 0; i < t->n_processes; i++)
		python |= path_is_python(t->processes[i].exe);
	if (python && s->scratch.placing == PLACING_PATHS)
		note(s,
		     xasprintf(
			     "%s: without the right to mount, imports that fail and are swallowed "
			     "could not be seen",
			     job->name));
	else if (python && !outcome_has_witness(t))
		note(s, xasprintf("%s: its Python has no encodings/ directory on disk, so imports "
				  "that fail and are swallowed could not be seen",
				  job->name));
	if (job->was.exit_code)
		note(s, xasprintf("%s: fails on the original too, with exit code %d: that says "
				  "little",
				  job->name, job->was.exit_code));
}

/* --- the layer -------------------------------------------------------------------------------- */

static int read_layer(struct session *s, struct error *e)
{
	int r;

	inventory_free(&s->layer);
	r = content_root(s->path, "", &s->layer, e);
	if (r < 0)
		return error_add(e, "cannot read the layer %s", s->path);
	inventory_index(&s->layer);
	return 0;
}

static int unpack(struct session *s, struct error *e)
{
	CLEANUP_MEMBERS struct members m = {0};
	const struct inventory_root *root = &s->layer.roots[0];
	struct progress progress;
	struct layer_progress update = {progress_update, &progress};
	int r;

	for (size_t i = 0; i < root->n_entries; i++)
		layer_add_member(&m, root, &root->entries[i]);
	members_sort(&m);
	remove_tree(s->unpacked);
	if (mkdir(s->unpacked, 0755) < 0)
		return error_errno(e, errno, "cannot make directory %s", s->unpacked);
	progress_start(&progress, "unpacking");
	r = dir_fill(&m, s->unpacked, &update, e);
	progress_end(&progress);
	return r;
}

/* A difference that nothing explains may be the command's own: does the original agree with itself?
 * *unsteady says if not; asked once of each command. */
static int ask_again(struct session *s, struct job *job, struct error *e)
{
	struct outcome again = OUTCOME_NONE;
	CLEANUP_DIFFERENCE struct difference d = {0};
	int r;

	if (job->asked_again)
		return 0;
	job->asked_again = true;
	r = run_original(&s->scratch, job->argv, known_roots(s), &again, e);
	if (r == 0 && s->opt->same_output)
		r = output_compare(job->was.out, again.out, &d, e);
	if (r == 0 && again.exit_code != job->was.exit_code)
		job->told.unsteady =
			xasprintf("on the original it ends with %d, and run again with "
				  "%d: nothing can be said",
				  job->was.exit_code, again.exit_code);
	else if (r == 0 && d.differs)
		job->told.unsteady =
			xasprintf("on the original its output is another one each time, first in "
				  "line %" PRIu64 ": nothing can be said",
				  d.line);
	outcome_free(&again);
	return r;
}

static void listings_free(struct verify_job *told)
{
	for (size_t k = 0; k < told->n_listings; k++)
		free(told->listings[k].name);
	free(told->listings);
	told->listings = NULL;
	told->n_listings = 0;
}

static int run_on_layer(struct session *s, struct job *job, struct error *e)
{
	struct outcome now = OUTCOME_NONE;
	struct verify_job *told = &job->told;
	int r;

	missed_free(&told->missed);
	difference_free(&told->output);
	free(told->last_line);
	told->last_line = NULL;
	listings_free(told);
	r = run_layer(&s->scratch, job->argv, &s->original, s->unpacked, &job->was.trace, &now, e);
	if (r == 0) {
		told->was = job->was.exit_code;
		told->now = now.exit_code;
		missed_find(&s->original, &s->layer, &job->was.trace, now.asked, now.n_asked,
			    &told->missed);
	}
	if (r == 0 && s->opt->same_output && now.out >= 0)
		r = output_compare(job->was.out, now.out, &told->output, e);
	told->passed = r == 0 && told->now == told->was && !told->missed.n && !told->output.differs;
	if (r == 0 && told->now != told->was && now.err >= 0)
		told->last_line = output_last_line(now.err);
	if (r == 0 && !told->passed && !told->missed.n)
		told->n_listings = missed_listings(&s->original, &s->layer, now.listed,
						   now.n_listed, &told->listings);
	outcome_free(&now);
	if (r == 0 && !told->passed && !told->missed.n)
		r = ask_again(s, job, e);
	s->unsteady |= told->unsteady != NULL;
	return r;
}

/* All of them, those first that have not passed yet: *all when every one passes. */
static int run_round(struct session *s, bool *all, struct error *e)
{
	int r = read_layer(s, e);

	if (r == 0)
		r = unpack(s, e);
	*all = true;
	for (size_t i = 0; r == 0 && i < s->n_jobs; i++) {
		tell(s, &s->jobs[i], "layer");
		r = run_on_layer(s, &s->jobs[i], e);
		if (r < 0 && s->n_jobs > 1)
			error_add(e, "%s", s->jobs[i].name);
		*all &= s->jobs[i].told.passed;
	}
	tell_end();
	return r;
}

/* --- repair ----------------------------------------------------------------------------------- */

static bool has(const struct missed_list *l, const char *name)
{
	for (size_t k = 0; k < l->n; k++)
		if (strcmp(l->list[k].name, name) == 0)
			return true;
	return false;
}

/* Who missed it: the first command of several. */
static char *who_missed(const struct session *s, const char *name)
{
	for (size_t i = 0; i < s->n_jobs; i++)
		if (has(&s->jobs[i].told.missed, name))
			return s->jobs[i].who;
	return NULL;
}

static int repair_once(struct session *s, size_t *added, struct error *e)
{
	CLEANUP_MISSED struct missed_list all = {0};
	char **texts;
	int r;

	for (size_t i = 0; i < s->n_jobs; i++)
		missed_unite(&all, &s->jobs[i].told.missed);
	*added = 0;
	if (!all.n)
		return 0;
	texts = xcalloc(all.n, sizeof(*texts));
	for (size_t k = 0; k < all.n; k++)
		texts[k] = who_missed(s, all.list[k].name);
	r = repair_write(&s->repair, &s->layer, &all, texts, added, e);
	free(texts);
	if (r < 0 || !*added)
		return r;
	free(s->path);
	s->path = xstrdup(s->repair.output);
	return 0;
}

/* What the runs on the original used and the layer lacks is missed whatever the runs on the layer
 * do: --repair begins with that, and saves a round of runs. */
static void foresee(struct session *s)
{
	for (size_t i = 0; i < s->n_jobs; i++)
		missed_find(&s->original, &s->layer, &s->jobs[i].was.trace, NULL, 0,
			    &s->jobs[i].told.missed);
}

static int rounds(struct session *s, struct error *e)
{
	size_t added = 1;
	int r = 0;

	if (s->opt->repair) {
		foresee(s);
		r = repair_once(s, &added, e);
	}
	if (r == 0)
		r = run_round(s, &s->passed, e);
	for (int n = 0; r == 0 && s->opt->repair && !s->passed && n < ROUNDS_MAX; n++) {
		r = repair_once(s, &added, e);
		if (r < 0 || !added)
			return r;
		r = run_round(s, &s->passed, e);
	}
	return r;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A directory that somebody filled is not ours to replace. */
static int check_output(const struct verify_options *opt, struct error *e)
{
	struct stat st;

	if (opt->repair && !opt->output && stat(opt->layer, &st) == 0 && S_ISDIR(st.st_mode))
		return error_set(e, EISDIR,
				 "%s is a directory, which is not changed in its place: say where "
				 "the repaired layer goes with -o FILE.zip or -o DIR/",
				 opt->layer);
	return 0;
}

static int begin(struct session *s, struct error *e)
{
	struct traces none = {0};
	int r = check_output(s->opt, e);

	s->path = xstrdup(s->opt->layer);
	if (r == 0)
		r = read_layer(s, e);
	if (r == 0 && s->opt->manifest)
		r = manifest_check(s->opt->manifest, &s->layer, e);
	if (r == 0 && s->opt->input.n_roots)
		r = input_roots(&s->opt->input, &none, "", &s->original, e);
	if (r == 0)
		r = identity_find(s->opt->user, s->opt->as_root, &s->scratch.id, e);
	if (r == 0)
		r = scratch_open(&s->scratch, e);
	if (r == 0)
		s->unpacked = path_join(s->scratch.dir, "layer");
	s->scratch.ring_bytes = (size_t)32 << 20;
	return r;
}

static int check_roots(const struct session *s, struct error *e)
{
	for (size_t i = 0; i < s->original.n_roots; i++) {
		const struct inventory_root *root = &s->original.roots[i];
		struct stat st;

		if (stat(root->dir, &st) < 0 || !S_ISDIR(st.st_mode))
			return error_set(e, EINVAL,
					 "%s is an archive: a layer can only stand in the place of "
					 "a directory",
					 root->dir);
	}
	return 0;
}

/* Under sudo what was written belongs to the user whose commands ran, as record's traces do. */
static int give_to_user(const struct identity *id, const char *path, struct error *e)
{
	if (id->change && lchown(path, id->uid, id->gid) < 0 && errno != ENOENT)
		return error_errno(e, errno, "cannot give %s to user %u", path, id->uid);
	return 0;
}

static int write_lists(struct session *s, struct error *e)
{
	CLEANUP_FREE char *repaired = list_path(s->path, "repaired");
	CLEANUP_FREE char *removed = list_path(s->path, "removed");
	const struct identity *id = &s->scratch.id;
	int r = repair_lists_write(&s->repair, s->opt->layer, s->path, e);

	if (r == 0)
		r = give_to_user(id, s->path, e);
	if (r == 0)
		r = give_to_user(id, repaired, e);
	if (r == 0)
		r = give_to_user(id, removed, e);
	if (r == 0 && s->opt->manifest)
		r = manifest_update(s->opt->manifest, &s->layer, &s->repair, e);
	return r == 0 && s->opt->manifest ? give_to_user(id, s->opt->manifest, e) : r;
}

/* A layer that was written has its lists, also where a run on it then failed (`r`). */
static int finish_repair(struct session *s, int r, struct error *e)
{
	CLEANUP_ERROR struct error also = {0};

	if (r == 0)
		return write_lists(s, e);
	if (read_layer(s, &also) < 0 || write_lists(s, &also) < 0)
		warn(NULL, error_text(&also));
	return r;
}

int session_run(struct session *s, const struct verify_options *opt, struct error *e)
{
	int r;

	s->opt = opt;
	r = begin(s, e);
	if (r == 0)
		r = run_originals(s, e);
	if (r < 0)
		return r;
	gather_traces(s);
	if (!s->original.n_roots)
		r = input_roots(&opt->input, &s->traces, "the original", &s->original, e);
	if (r == 0)
		r = check_roots(s, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < s->n_jobs; i++)
		note_weakness(s, &s->jobs[i]);
	s->repair.original = &s->original;
	s->repair.traces = &s->traces;
	s->repair.output = opt->output ? opt->output : opt->layer;
	r = rounds(s, e);
	return s->repair.n_additions ? finish_repair(s, r, e) : r;
}

static uint64_t bytes_of(const struct inventory *layer)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < layer->roots[0].n_entries; i++)
		if (layer->roots[0].entries[i].type != ENTRY_DIR)
			sum += layer->roots[0].entries[i].size;
	return sum;
}

void session_report(struct session *s, struct verify_report *ret)
{
	struct stat st;

	s->told = xcalloc(s->n_jobs, sizeof(*s->told));
	for (size_t i = 0; i < s->n_jobs; i++) {
		s->told[i] = s->jobs[i].told;
		s->told[i].name = s->jobs[i].name;
		s->told[i].command = s->jobs[i].text;
	}
	*ret = (struct verify_report){
		.layer = s->path,
		.original = &s->original,
		.jobs = s->told,
		.n_jobs = s->n_jobs,
		.additions = s->repair.additions,
		.n_additions = s->repair.n_additions,
		.rounds = s->repair.rounds,
		.layer_bytes = bytes_of(&s->layer),
		.zip_bytes =
			stat(s->path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0,
		.notes = s->notes,
		.n_notes = s->n_notes,
		.repair = s->opt->repair,
		.passed = s->passed,
	};
}

static void job_free(struct job *job)
{
	free(job->name);
	free(job->text);
	free(job->who);
	for (size_t i = 0; job->shell && job->argv[i]; i++)
		free(job->argv[i]);
	if (job->shell)
		free(job->argv);
	outcome_free(&job->was);
	missed_free(&job->told.missed);
	difference_free(&job->told.output);
	free(job->told.last_line);
	free(job->told.unsteady);
	listings_free(&job->told);
}

void session_free(struct session *s)
{
	for (size_t i = 0; i < s->n_jobs; i++)
		job_free(&s->jobs[i]);
	free(s->jobs);
	free(s->traces.list);
	inventory_free(&s->original);
	inventory_free(&s->layer);
	free(s->path);
	free(s->unpacked);
	repair_free(&s->repair);
	for (size_t i = 0; i < s->n_notes; i++)
		free(s->notes[i]);
	free(s->notes);
	free(s->told);
	scratch_close(&s->scratch);
}
