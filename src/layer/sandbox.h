/* sandbox - a child process that may compute and talk to its parent, and nothing else.
 *
 * Its standard input and output are one socket to the parent, standard error is /dev/null, no
 * other descriptor is open; it has an empty environment but for what is given, / as its current
 * directory, no privileges (a program that was started with sudo becomes the user who did), no
 * way to get any (no_new_privs), no new sockets, no ptrace (seccomp), and limits for processor
 * time and memory. It cannot write to files: RLIMIT_FSIZE is 0. It dies with its parent.
 *
 * Every wait is bounded by SANDBOX_SECONDS, in both directions.
 */
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

#define SANDBOX_SECONDS 90 /* without a byte from the child, or without its taking one */

struct sandbox {
	pid_t pid; /* 0: not running */
	int fd;
};

int sandbox_start(struct sandbox *s, const char *exe, char *const argv[], char *const env[],
		  struct error *e);
/* All bytes or an error: ETIMEDOUT, EPIPE when the child has gone. */
int sandbox_send(const struct sandbox *s, const void *data, size_t len);
int sandbox_receive(const struct sandbox *s, void *data, size_t len);
/* Kills the child and what it has started. */
void sandbox_stop(struct sandbox *s);
