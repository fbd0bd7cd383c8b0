#include "base/janitor.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct janitor {
	int pipe; /* writing end */
};

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	/* What cannot be removed is no reason to leave the rest. */
	(void)remove(path);
	return 0;
}

void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Without descriptors: whoever waits for the end of our output must not wait for the janitor. */
static void close_all_but(int keep)
{
	if (keep > 0)
		close_range(0, (unsigned)keep - 1, 0);
	close_range((unsigned)keep + 1, ~0U, 0);
}

static _Noreturn void wait_and_tidy(int pipe, const char *path)
{
	ssize_t n;
	char done;

	setsid();
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_IGN);
	close_all_but(pipe);
	do
		n = read(pipe, &done, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		remove_tree(path);
	_exit(0);
}

/* Forks twice, so that the janitor is nobody's child. */
static bool start(int fds[2], const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		pid = fork();
		if (pid != 0)
			_exit(pid < 0);
		close(fds[1]);
		wait_and_tidy(fds[0], path);
	}
	if (pid < 0)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return status == 0;
}

struct janitor *janitor_start(const char *path)
{
	struct janitor *j = xcalloc(1, sizeof(*j));
	int fds[2];
	bool started;

	if (pipe2(fds, O_CLOEXEC) < 0) {
		free(j);
		return NULL;
	}
	started = start(fds, path);
	close(fds[0]);
	j->pipe = fds[1];
	if (started)
		return j;
	janitor_dismiss(j);
	return NULL;
}

void janitor_dismiss(struct janitor *j)
{
	if (!j)
		return;
	/* The end of the pipe without a word would mean that we died. */
	while (write(j->pipe, "", 1) < 0 && errno == EINTR)
		;
	close(j->pipe);
	free(j);
}
