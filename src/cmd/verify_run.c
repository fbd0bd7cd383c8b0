#include "cmd/verify_run.h"

#include "base/buf.h"
#include "base/janitor.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/strmap.h"
#include "trace/place.h"
#include "trace/run.h"
#include "trace/tracefile.h"
#include "trace/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- the scratch directory -------------------------------------------------------------------- */

/* Whether a process may make a user namespace and mount in it: tried in one. */
static bool may_mount_as_user(void)
{
	CLEANUP_ERROR struct error ignored = {0};
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		_exit(place_private_user(&ignored) < 0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return pid > 0 && status == 0;
}

static int choose_placing(struct scratch *s, struct error *e)
{
	int r = place_private(e);

	s->placing = PLACING_MOUNT;
	if (r != -EPERM)
		return r;
	error_clear(e);
	s->placing = may_mount_as_user() ? PLACING_USER : PLACING_PATHS;
	return 0;
}

int scratch_open(struct scratch *s, struct error *e)
{
	const char *tmp = getenv("TMPDIR");
	struct stat st;

	s->dir = xasprintf("%s/importtrace-verify-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
	if (!mkdtemp(s->dir)) {
		int code = errno;

		error_errno(e, code, "cannot make a temporary directory %s", s->dir);
		free(TAKE_PTR(s->dir));
		return -code;
	}
	/* In the mount namespace that is everybody's: it sees nothing of what we mount. */
	s->janitor = janitor_start(s->dir);
	s->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (s->null < 0)
		return error_errno(e, errno, "cannot open /dev/null");
	s->input = fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode)
			   ? lseek(STDIN_FILENO, 0, SEEK_CUR)
			   : -1;
	return choose_placing(s, e);
}

void scratch_close(struct scratch *s)
{
	if (s->dir)
		remove_tree(s->dir);
	janitor_dismiss(s->janitor);
	free(s->dir);
	if (s->null > 0)
		close(s->null);
	identity_free(&s->id);
	*s = (struct scratch){0};
}

/* --- standard input, output and error --------------------------------------------------------- */

/* A file of the run's own user: what opens /dev/stdout must be allowed to. */
static int capture(const struct scratch *s, const char *name, int *ret, struct error *e)
{
	CLEANUP_FREE char *path = path_join(s->dir, name);
	CLEANUP_CLOSE int fd = -1;

	(void)unlink(path);
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || (s->id.change && fchown(fd, s->id.uid, s->id.gid) < 0))
		return error_errno(e, errno, "cannot create %s", path);
	*ret = TAKE_FD(fd);
	return 0;
}

struct standard {
	int saved[3];
};

static int standard_put(struct standard *st, const struct scratch *s, const struct outcome *o,
			struct error *e)
{
	int with[3] = {s->input < 0 ? s->null : STDIN_FILENO, o->out, o->err};

	if (s->input >= 0 && lseek(STDIN_FILENO, s->input, SEEK_SET) < 0)
		return error_errno(e, errno, "cannot go back in standard input");
	for (int i = 0; i < 3; i++)
		st->saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
	for (int i = 0; i < 3; i++)
		if (with[i] != i && dup2(with[i], i) < 0)
			return error_errno(e, errno, "cannot give the command its output");
	return 0;
}

static void standard_back(struct standard *st)
{
	for (int i = 0; i < 3; i++) {
		if (st->saved[i] < 0)
			continue;
		(void)dup2(st->saved[i], i);
		close(st->saved[i]);
	}
}

/* --- running ---------------------------------------------------------------------------------- */

static int check_complete(const struct trace *t, const char *where, struct error *e)
{
	if (t->complete)
		return 0;
	return error_set(
		e, EIO,
		"the trace of the run on the %s is not complete, so nothing can be said: %s", where,
		t->n_reasons ? t->reasons[0] : "?");
}

/* What ends a run from outside ends verify too. */
static int check_interrupted(const struct trace *t, struct error *e)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (t->signal == signals[i])
			return error_set(e, ECANCELED, "the command was ended by signal %d (%s)",
					 t->signal, strsignal(t->signal));
	return 0;
}

/* What stands where during a run. */
struct stage {
	const struct inventory *original;
	const char *layer;         /* NULL: the original itself */
	char **packages, **copies; /* encodings packages and what stands over them */
	size_t n_packages;
};

static int stage_set(const struct stage *st, struct place *p, struct error *e);
static int stage_paths(const struct stage *st, struct error *e);

/* In the command's process. */
static int stage_enter(void *stage, struct error *e)
{
	struct place p = {0};
	int r = place_private_user(e);

	if (r == 0)
		r = stage_set(stage, &p, e);
	return r == 0 ? place_no_rights(e) : r;
}

static int stage_enter_paths(void *stage, struct error *e)
{
	return stage_paths(stage, e);
}

static int run(struct scratch *s, char **argv, struct stage *stage, struct outcome *ret,
	       struct error *e)
{
	static int (*const hooks[])(void *, struct error *) = {
		[PLACING_USER] = stage_enter, [PLACING_PATHS] = stage_enter_paths};
	const char *where = stage->layer ? "layer" : "original";
	struct run_options opt = {.argv = argv,
				  .id = s->id,
				  .wait_tree = true,
				  .ring_bytes = s->ring_bytes,
				  .processes = 32768,
				  .hook = {hooks[s->placing], stage}};
	CLEANUP_PLACE struct place p = {0};
	struct standard st = {.saved = {-1, -1, -1}};
	sigset_t mask;
	CLEANUP_FREE char *out = xasprintf("%s.out", where), *err = xasprintf("%s.err", where);
	int r = capture(s, out, &ret->out, e);

	if (r == 0)
		r = capture(s, err, &ret->err, e);
	if (r == 0)
		r = standard_put(&st, s, ret, e);
	if (r == 0 && s->placing == PLACING_MOUNT)
		r = stage_set(stage, &p, e);
	/* The recorder blocks signals and reads them; between runs they are ours again. */
	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (r == 0)
		r = run_record(&opt, &ret->trace, &ret->exit_code, e);
	ret->absent = r < 0 && ret->exit_code > 125;
	standard_back(&st);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (r == 0)
		r = check_interrupted(&ret->trace, e);
	return r == 0 ? check_complete(&ret->trace, where, e) : r;
}

/* --- what stands where ------------------------------------------------------------------------ */

static int put_itself(const struct inventory *original, struct place *p, struct error *e)
{
	int r = 0;

	for (size_t k = 0; r == 0 && original && k < original->n_roots; k++)
		r = place_over(p, original->roots[k].dir, original->roots[k].dir, e);
	return r;
}

/* A source directory of an editable install: only some names of it are packed. */
static int put_names(const struct inventory_root *root, const char *from, struct place *p,
		     struct error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < root->n_entries; i++) {
		const char *name = root->entries[i].path;
		CLEANUP_FREE char *source = path_join(from, name), *over = NULL;

		if (strchr(name, '/'))
			continue;
		over = path_join(root->dir, name);
		if (access(source, F_OK) < 0)
			return error_set(e, ENOENT,
					 "the layer has no %s, and %s cannot be hidden alone: pack "
					 "its directory with --root, or keep it",
					 source + strlen(from) + 1, over);
		r = place_over(p, source, over, e);
	}
	return r;
}

static int put_layer(const struct inventory *original, const char *layer, struct place *p,
		     struct error *e)
{
	int r = 0;

	for (size_t k = 0; r == 0 && k < original->n_roots; k++) {
		const struct inventory_root *root = &original->roots[k];
		CLEANUP_FREE char *from = path_join(layer, root->prefix);

		if (access(from, F_OK) < 0)
			return error_set(
				e, ENOENT,
				"the layer has nothing below %s for the root %s; say where "
				"it is in the layer with --root %s=PREFIX",
				root->prefix, root->dir, root->dir);
		r = root->partial ? put_names(root, from, p, e) : place_over(p, from, root->dir, e);
	}
	return r;
}

/* The encodings packages that a run imported; the caller frees. */
static size_t find_packages(const struct trace *was, char ***ret)
{
	CLEANUP_STRMAP struct strmap seen = {0};
	size_t n = 0, cap = 0;

	*ret = NULL;
	for (size_t i = 0; i < was->n_files; i++) {
		char *package = witness_package(was->files[i].path);
		bool is_new = false;

		if (package)
			strmap_add(&seen, package, strlen(package), 0, &is_new);
		if (!is_new) {
			free(package);
			continue;
		}
		*ret = array_grow(*ret, n, &cap, sizeof(**ret));
		(*ret)[n++] = package;
	}
	return n;
}

bool outcome_has_witness(const struct trace *was)
{
	for (size_t i = 0; i < was->n_files; i++) {
		CLEANUP_FREE char *package = witness_package(was->files[i].path);
		CLEANUP_FREE char *init = package ? path_join(package, "__init__.py") : NULL;

		if (init && access(init, R_OK) == 0)
			return true;
	}
	return false;
}

static int stage_set(const struct stage *st, struct place *p, struct error *e)
{
	int r = st->layer ? put_layer(st->original, st->layer, p, e)
			  : put_itself(st->original, p, e);

	for (size_t i = 0; r == 0 && i < st->n_packages; i++)
		r = place_over(p, st->copies[i], st->packages[i], e);
	return r == 0 ? place_enter(p, e) : r;
}

/* Where a directory of the original is when the layer stands in its place; a copy of `path` itself
 * when it lies below no root. */
static char *in_layer(const struct inventory *original, const char *layer, const char *path)
{
	for (size_t k = 0; k < original->n_roots; k++) {
		const struct inventory_root *root = &original->roots[k];
		const char *below = path_below(path, root->dir);
		CLEANUP_FREE char *from = NULL;

		if (!below || root->partial)
			continue;
		from = path_join(layer, root->prefix);
		return path_join(from, below);
	}
	return xstrdup(path);
}

/* PYTHONPATH with the layer's directory for each root on it. */
static int stage_paths(const struct stage *st, struct error *e)
{
	CLEANUP_BUF struct buf out = {0};
	CLEANUP_FREE char *given = xstrdup(getenv("PYTHONPATH") ? getenv("PYTHONPATH") : "");
	char *rest = given, *one;
	size_t found = 0;

	if (!st->layer)
		return 0;
	while ((one = strsep(&rest, ":"))) {
		CLEANUP_FREE char *dir = realpath(one[0] ? one : ".", NULL);
		CLEANUP_FREE char *put = in_layer(st->original, st->layer, dir ? dir : one);

		found += dir && strcmp(put, dir) != 0;
		buf_addf(&out, "%s%s", out.len ? ":" : "", put);
	}
	if (found < st->original->n_roots)
		return error_set(e, EPERM,
				 "without the right to mount a layer takes the original's place by "
				 "PYTHONPATH, but %s is not on it: run verify as root",
				 st->original->roots[0].dir);
	return setenv("PYTHONPATH", out.data, 1) < 0 ? error_errno(e, errno, "setenv") : 0;
}

/* By paths the original is still there: a run that used it proves nothing. */
static int check_unreached(const struct scratch *s, const struct inventory *original,
			   const struct trace *t, struct error *e)
{
	for (size_t i = 0; s->placing == PLACING_PATHS && i < t->n_files; i++)
		for (size_t k = 0; k < original->n_roots; k++) {
			const char *below = path_below(t->files[i].path, original->roots[k].dir);

			if (below && below[0])
				return error_set(e, EPERM,
						 "the command reached the original at %s, and "
						 "without the right to mount it cannot be kept "
						 "from that: run verify as root",
						 t->files[i].path);
		}
	return 0;
}

int run_original(struct scratch *s, char **argv, const struct inventory *original,
		 struct outcome *ret, struct error *e)
{
	struct stage stage = {.original = original};

	return run(s, argv, &stage, ret, e);
}

/* A Python whose encodings cannot be copied goes without the witness. */
static int stage_witnesses(const struct scratch *s, const struct trace *was, struct stage *st,
			   struct error *e)
{
	size_t n = find_packages(was, &st->packages), kept = 0;
	int r = 0;

	st->copies = xcalloc(n + 1, sizeof(*st->copies));
	for (size_t i = 0; i < n; i++) {
		CLEANUP_FREE char *package = st->packages[i];
		CLEANUP_FREE char *from = in_layer(st->original, st->layer, package);
		CLEANUP_FREE char *init = path_join(from, "__init__.py");
		CLEANUP_FREE char *copy = xasprintf("%s/encodings-%zu", s->dir, i);

		if (r < 0 || access(init, R_OK) < 0)
			continue;
		remove_tree(copy);
		r = witness_make(from, copy, e);
		st->packages[kept] = TAKE_PTR(package);
		st->copies[kept++] = TAKE_PTR(copy);
	}
	st->n_packages = kept;
	return r;
}

static void stage_free(struct stage *st)
{
	for (size_t i = 0; i < st->n_packages; i++) {
		free(st->packages[i]);
		free(st->copies[i]);
	}
	free(st->packages);
	free(st->copies);
}

/* --- what was looked up in vain --------------------------------------------------------------- */

static void add_asked(struct outcome *o, size_t *cap, char *path)
{
	o->asked = array_grow(o->asked, o->n_asked, cap, sizeof(*o->asked));
	o->asked[o->n_asked++] = path;
}

/* A path as the recorder has it, in terms of the original: where the command's process mounted for
 * itself, the recorder knows the layer's files by where they really lie. */
static char *in_original(const struct inventory *original, const char *layer, const char *path)
{
	const char *name = path_below(path, layer);

	for (size_t k = 0; name && k < original->n_roots; k++) {
		const struct inventory_root *root = &original->roots[k];
		const char *below = root->prefix[0] ? path_below(name, root->prefix) : name;

		if (below)
			return path_join(root->dir, below);
	}
	return xstrdup(path);
}

/* Names are as the program gave them: what they mean on the original is asked there, which is in
 * its place again. A symlink counts as itself and as what it leads to. */
static void add_miss(struct outcome *o, size_t *cap, const struct inventory *original,
		     const char *path)
{
	CLEANUP_FREE char *dir = path_dir(path), *parent = realpath(dir, NULL), *itself = NULL;
	char *meant;

	/* Two roots of one place in the layer: the layer has stood here, the original has it there. */
	if (!parent) {
		if (inventory_covers(original, path))
			add_asked(o, cap, path_clean(path));
		return;
	}
	itself = path_join(parent, path_base(path));
	meant = realpath(itself, NULL);
	if (meant && strcmp(meant, itself) != 0 && inventory_covers(original, meant))
		add_asked(o, cap, TAKE_PTR(meant));
	free(meant);
	if (inventory_covers(original, itself))
		add_asked(o, cap, TAKE_PTR(itself));
}

static void find_asked(struct outcome *o, const struct inventory *original, const char *layer)
{
	size_t cap = 0;

	for (size_t i = 0; i < o->trace.n_misses; i++) {
		CLEANUP_FREE char *path = in_original(original, layer, o->trace.misses[i].path);

		add_miss(o, &cap, original, path);
	}
}

static void find_listed(struct outcome *o, const struct inventory *original, const char *layer)
{
	size_t cap = 0;

	for (size_t i = 0; i < o->trace.n_files; i++) {
		CLEANUP_FREE char *path = in_original(original, layer, o->trace.files[i].path);

		if (!(o->trace.files[i].ops & TRACE_LIST) || !inventory_covers(original, path))
			continue;
		o->listed = array_grow(o->listed, o->n_listed, &cap, sizeof(*o->listed));
		o->listed[o->n_listed++] = TAKE_PTR(path);
	}
}

int run_layer(struct scratch *s, char **argv, const struct inventory *original, const char *layer,
	      const struct trace *was, struct outcome *ret, struct error *e)
{
	struct stage stage = {.original = original, .layer = layer};
	int r = stage_witnesses(s, was, &stage, e);

	if (r == 0)
		r = run(s, argv, &stage, ret, e);
	stage_free(&stage);
	/* That the command itself is missing is an answer. */
	if (r < 0 && ret->absent) {
		error_clear(e);
		r = 0;
	}
	if (r == 0)
		r = check_unreached(s, original, &ret->trace, e);
	if (r == 0) {
		find_asked(ret, original, layer);
		find_listed(ret, original, layer);
	}
	return r;
}

void outcome_free(struct outcome *o)
{
	trace_free(&o->trace);
	if (o->out >= 0)
		close(o->out);
	if (o->err >= 0)
		close(o->err);
	for (size_t i = 0; i < o->n_asked; i++)
		free(o->asked[i]);
	free(o->asked);
	for (size_t i = 0; i < o->n_listed; i++)
		free(o->listed[i]);
	free(o->listed);
	*o = (struct outcome)OUTCOME_NONE;
}
