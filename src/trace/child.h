/* child - the workload: started blocked, released when tracing is live.
 *
 * It runs as the invoking user with its own environment, terminal, signal dispositions and
 * process group, and with no descriptor of ours (all are close-on-exec). Between the fork and the
 * release it drops privileges and looks the command up, so that nothing of that is traced; then
 * it says the cookie (see trace/tracer.h) and calls execve at once.
 */
#pragma once

#include "base/error.h"
#include "trace/signals.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whom to run as. */
struct identity {
	bool change; /* false: stay as we are */
	uid_t uid;
	gid_t gid;
	char *name, *home, *shell; /* NULL when there is no passwd entry */
};

/* The caller's identity under sudo (SUDO_UID), unless as_root; `user` (may be NULL) names another
 * one. EPERM: only root may choose a user; ENOENT: no such user. */
int identity_find(const char *user, bool as_root, struct identity *ret, struct error *e);
void identity_free(struct identity *id);
/* Becomes the identity for good and without any capability; also when it is unchanged. */
int identity_become(const struct identity *id, struct error *e);

struct child {
	pid_t pid;
	int release_fd; /* write end: one byte releases, closing ends it */
	int status_fd;  /* read end: nothing after a successful exec, else the errno */
};

#define CHILD_NONE                                           \
	{                                                    \
		.pid = -1, .release_fd = -1, .status_fd = -1 \
	}

/* What the child does as the user, traced, right before it executes the command (to enter namespaces
 * of its own); `enter` NULL: nothing. On an error it does not execute. */
struct child_hook {
	int (*enter)(void *ctx, struct error *e);
	void *ctx;
};

/* Takes all capabilities from this process. Returns 0, or -1 with errno. */
int drop_capabilities(void);

/* Forks the blocked child, which gets the caller's signals back. argv is NULL-ended. */
int child_start(char **argv, const struct identity *id, uint64_t cookie,
		const struct signals *signals, const struct child_hook *hook, struct child *ret,
		struct error *e);
/* Releases it and waits until it has executed. On failure *exit_code is 126 or 127 (as env(1)),
 * or 125 when it could not become the user or its hook failed; the child is gone then. */
int child_release(struct child *c, const char *command, int *exit_code, struct error *e);
/* Ends a child that was never released; closes the descriptors. Harmless when done before. */
void child_abandon(struct child *c);
