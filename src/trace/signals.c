#include "trace/signals.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int read_signals[] = {SIGINT,  SIGQUIT, SIGTERM, SIGHUP, SIGTSTP,
				   SIGCONT, SIGUSR1, SIGUSR2, SIGCHLD};
static const int failing_signals[] = {SIGPIPE, SIGXFSZ};

int signals_take(struct signals *ret, struct error *e)
{
	const struct sigaction by_default = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(read_signals); i++)
		sigaddset(&set, read_signals[i]);
	ret->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ret->fd < 0)
		return error_errno(e, errno, "cannot receive signals");
	for (size_t i = 0; i < ARRAY_SIZE(failing_signals); i++)
		sigaddset(&set, failing_signals[i]);
	sigprocmask(SIG_BLOCK, &set, &ret->old_mask);
	sigaction(SIGCHLD, &by_default, &ret->chld);
	return 0;
}

void signals_restore(const struct signals *s)
{
	sigaction(SIGCHLD, &s->chld, NULL);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
}

void signals_close(struct signals *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* The parent of a process; 0 when it is gone. */
static pid_t parent_of(pid_t pid)
{
	CLEANUP_FREE char *path = xasprintf("/proc/%d/stat", pid);
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0};
	const char *at;

	if (file_read(path, 1 << 16, &text, &e) < 0)
		return 0;
	/* "pid (name) state ppid …": the name may hold anything, also parentheses. */
	at = strrchr(text.data, ')');
	return at && strlen(at) > 4 ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

static bool is_descendant(pid_t pid)
{
	while (pid > 1) {
		pid = parent_of(pid);
		if (pid == getpid())
			return true;
	}
	return false;
}

bool signals_meant_for_us(const struct signalfd_siginfo *info)
{
	/* A terminal that goes away tells the leader of its session, not the group. */
	if (info->ssi_signo == SIGHUP && info->ssi_code == SI_KERNEL)
		return getsid(0) == getpid();
	return info->ssi_code != SI_KERNEL && !is_descendant((pid_t)info->ssi_pid);
}

void signals_stop_self(void)
{
	sigset_t set;

	/* Not SIGSTOP: the kernel ignores SIGTSTP where nobody could continue us. */
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
}
