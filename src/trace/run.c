#include "trace/run.h"

#include "base/mem.h"
#include "trace/collect.h"
#include "trace/tracefile.h"
#include "trace/tracer.h"
#include "version.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

/* How long the tree may outlive its command before a person is told what is waited for. */
#define PATIENCE_NS 2000000000
/* How often the ring is read when it does not fill: names are resolved while they still mean what
 * they meant. */
#define READ_EVERY_MS 20

struct run {
	const struct run_options *opt;
	struct tracer *tracer;
	struct collector *collector;
	struct child child;
	struct signals signals;
	int main_status; /* wait status of the command */
	bool main_ended, tree_ended, interrupted, told;
	int64_t start_ns, start_unix_ns, main_ended_ns;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

/* --- signals ---------------------------------------------------------------------------------- */

/* Collects every child that has ended; without any left the tree is gone. */
static void reap(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == run->child.pid) {
			run->main_status = status;
			run->main_ended = true;
			run->main_ended_ns = clock_ns(CLOCK_MONOTONIC);
		}
	if (pid < 0 && errno == ECHILD)
		run->tree_ended = true;
}

static void pass_on(struct run *run, const struct signalfd_siginfo *info)
{
	int sig = (int)info->ssi_signo;

	if (!run->main_ended && signals_meant_for_us(info))
		kill(run->child.pid, sig);
	if (run->main_ended && (sig == SIGINT || sig == SIGTERM || sig == SIGHUP))
		run->interrupted = true;
	if (sig == SIGTSTP)
		signals_stop_self();
}

static void handle_signals(struct run *run)
{
	struct signalfd_siginfo info;

	while (read(run->signals.fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo == SIGCHLD)
			reap(run);
		else
			pass_on(run, &info);
}

/* --- waiting ---------------------------------------------------------------------------------- */

static bool finished(const struct run *run)
{
	if (run->tree_ended && run->main_ended)
		return true;
	return run->main_ended && (!run->opt->wait_tree || run->interrupted);
}

static int tell(struct run *run, bool ended, struct error *e)
{
	const struct trace_process *alive;
	size_t n;
	int r = tracer_consume(run->tracer, e);

	if (r < 0)
		return r;
	n = collector_alive(run->collector, &alive);
	if (n && run->opt->on_waiting)
		run->opt->on_waiting(alive, n, ended);
	return 0;
}

/* Children that we had before, when a shell executes the recorder, do not belong to the tree. */
static int look_for_end(struct run *run, struct error *e)
{
	const struct trace_process *alive;
	int r = tracer_consume(run->tracer, e);

	if (r == 0 && collector_alive(run->collector, &alive) == 0)
		run->tree_ended = true;
	return r;
}

static int wait_for_end(struct run *run, struct error *e)
{
	struct pollfd fds[2] = {{.fd = tracer_fd(run->tracer), .events = POLLIN},
				{.fd = run->signals.fd, .events = POLLIN}};

	while (!finished(run)) {
		int n = poll(fds, 2, READ_EVERY_MS);

		if (n < 0 && errno != EINTR)
			return error_errno(e, errno, "cannot wait for the command");
		if (n >= 0 && tracer_consume(run->tracer, e) < 0)
			return -e->code;
		if (n == 0 && run->main_ended && !run->told &&
		    clock_ns(CLOCK_MONOTONIC) - run->main_ended_ns > PATIENCE_NS) {
			run->told = true;
			if (tell(run, false, e) < 0)
				return -e->code;
		}
		handle_signals(run);
		if (run->main_ended && !run->tree_ended && look_for_end(run, e) < 0)
			return -e->code;
	}
	return 0;
}

/* --- verdict ---------------------------------------------------------------------------------- */

static void add_reason(struct trace *t, char *reason)
{
	t->reasons = xreallocarray(t->reasons, t->n_reasons + 1, sizeof(*t->reasons));
	t->reasons[t->n_reasons++] = reason;
}

static void add_loss(struct trace *t, const char *name, uint64_t n, const char *reason)
{
	t->loss = xreallocarray(t->loss, t->n_loss + 1, sizeof(*t->loss));
	t->loss[t->n_loss++] = (struct trace_loss){.name = xstrdup(name), .count = n};
	if (n)
		add_reason(t, xasprintf("%s = %" PRIu64 ": %s", name, n, reason));
}

static const char *const counter_reasons[COUNTERS] = {
	[COUNT_DROPPED] = "the buffer was full; give it more room with --buffer",
	[COUNT_UNREADABLE] = "a name or file was gone when its call ended; record again",
	[COUNT_TRUNCATED] = "a path is longer or deeper than can be followed",
	[COUNT_ESCAPED] = "a path leads out of every root directory",
	[COUNT_UNTRACKED] = "too many processes at once; give them more room with --processes",
	[COUNT_UNTRACED] = ("files can be opened through io_uring or fanotify (or mapped by the "
			    "old 32-bit mmap), which is not traced; switch it off in the workload"),
	[COUNT_UNKNOWN] = "a system call is newer than this importtrace; use a newer one",
	[COUNT_COMPAT] = "32-bit (or x32) calls are not understood on this architecture",
	[COUNT_FOREIGN_NS] = ("a process used files of a mount namespace that is not the "
			      "command's own (setns, or a file handed over from a container); "
			      "record inside that container"),
	[COUNT_FOREIGN_USER] = ("a program with more rights than you (set-user-ID or capabilities) "
				"was executed, and is not traced for you; record as root"),
	[COUNT_SCRATCH] = "no working memory for a CPU; report this",
};

/* What was received but could not be understood any more. */
static void judge_collected(struct trace *t, const struct collector_losses *l)
{
	CLEANUP_FREE char *gone = xasprintf(
		"what a name meant could not be told any more (a file that the run replaced or "
		"removed, a link below /proc, or no permission to look), for example %s",
		l->example ? l->example : "?");
	CLEANUP_FREE char *unseen = xasprintf(
		"a process used a file system that only its own mount namespace has, for example "
		"%s; mount it where importtrace can see it",
		l->example ? l->example : "?");

	add_loss(t, "unresolved", l->unresolved, gone);
	add_loss(t, "unseen", l->unseen, unseen);
}

static void judge(struct trace *t, const struct tracer_stats *s, const struct collector_losses *l)
{
	uint64_t seen = s->counters[COUNT_SEEN], delivered = s->counters[COUNT_DELIVERED],
		 dropped = s->counters[COUNT_DROPPED];

	for (size_t i = COUNT_DROPPED; i < COUNTERS; i++)
		add_loss(t, counter_names[i], s->counters[i], counter_reasons[i]);
	judge_collected(t, l);
	add_loss(t, "recursion_misses", s->recursion_misses,
		 "the kernel did not run the tracer for some calls; record again");
	add_loss(t, "malformed", s->malformed, "records did not fit their lengths; report this");
	/* What was seen was delivered or dropped, and what was delivered has arrived. */
	add_loss(t, "unaccounted", seen == delivered + dropped && delivered == s->received ? 0 : 1,
		 "the numbers of records seen, delivered and received disagree; report this");
	if (!s->seeded_tgid)
		add_reason(t, xstrdup("the command was never seen by the tracer"));
	t->events = seen;
	t->complete = t->n_reasons == 0;
}

static void describe(const struct run *run, struct trace *t)
{
	const struct run_options *opt = run->opt;
	struct utsname u = {0};
	size_t n = 0;

	uname(&u);
	while (opt->argv[n])
		n++;
	t->tool = xstrdup("importtrace " IMPORTTRACE_VERSION);
	t->kernel = xstrdup(u.release);
	t->arch = xstrdup(u.machine);
	t->backend = xstrdup("bpf");
	t->command = xreallocarray(NULL, n, sizeof(*t->command));
	for (t->n_command = 0; t->n_command < n; t->n_command++)
		t->command[t->n_command] = xstrdup(opt->argv[t->n_command]);
	t->cwd = getcwd(NULL, 0);
	if (!t->cwd)
		t->cwd = xstrdup("(removed)");
	t->start_unix_ns = run->start_unix_ns;
	t->duration_ns = clock_ns(CLOCK_MONOTONIC) - run->start_ns;
	t->signal = WIFSIGNALED(run->main_status) ? WTERMSIG(run->main_status) : 0;
	t->exit_code = t->signal ? -1 : WEXITSTATUS(run->main_status);
}

/* --- the whole -------------------------------------------------------------------------------- */

static int start(struct run *run, struct error *e)
{
	struct tracer_options opt = {.ring_bytes = run->opt->ring_bytes,
				     .processes = run->opt->processes,
				     .own_user_only = geteuid() != 0};
	int r;

	while (opt.cookie >> 32 == 0)
		if (getrandom(&opt.cookie, sizeof(opt.cookie), 0) != (ssize_t)sizeof(opt.cookie))
			return error_errno(e, errno, "cannot get random bytes");
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	r = signals_take(&run->signals, e);
	if (r == 0)
		r = child_start(run->opt->argv, &run->opt->id, opt.cookie, &run->signals,
				&run->opt->hook, &run->child, e);
	if (r < 0)
		return r;
	run->collector = collector_new();
	r = tracer_open(&opt, collector_add, run->collector, &run->tracer, e);
	return r < 0 ? r : tracer_attach(run->tracer, e);
}

static int record(struct run *run, struct trace *ret, int *exit_code, struct error *e)
{
	struct collector_losses losses = {0};
	struct tracer_stats stats = {0};
	CLEANUP_FREE char *cwd = getcwd(NULL, 0);
	int r = start(run, e);

	if (r < 0)
		return r;
	if (cwd)
		collector_survey(run->collector, cwd);
	run->start_ns = clock_ns(CLOCK_MONOTONIC);
	run->start_unix_ns = clock_ns(CLOCK_REALTIME);
	collector_first(run->collector, run->child.pid, getpid(), run->start_ns);
	r = child_release(&run->child, run->opt->argv[0], exit_code, e);
	if (r < 0)
		return r;
	r = wait_for_end(run, e);
	if (r == 0 && !run->tree_ended)
		r = tell(run, true, e);
	if (r == 0)
		r = tracer_stop(run->tracer, &stats, e);
	if (r < 0)
		return r;
	describe(run, ret);
	collector_finish(run->collector, ret, &losses);
	judge(ret, &stats, &losses);
	free(losses.example);
	*exit_code = ret->signal ? 128 + ret->signal : ret->exit_code;
	return 0;
}

int run_record(const struct run_options *opt, struct trace *ret, int *exit_code, struct error *e)
{
	struct run run = {.opt = opt, .child = CHILD_NONE, .signals = SIGNALS_NONE};
	CLEANUP_TRACE struct trace t = {0};
	int r;

	*exit_code = 125;
	r = record(&run, &t, exit_code, e);
	if (run.main_ended)
		run.child.pid = -1;
	child_abandon(&run.child);
	tracer_free(run.tracer);
	if (run.collector)
		collector_free(run.collector);
	signals_close(&run.signals);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct trace){0};
	return 0;
}
