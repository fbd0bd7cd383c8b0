/* signals - what the recorder does with signals, so that the command sees none of it.
 *
 * The recorder stays in the command's process group, as env(1) and strace do. What the terminal
 * sends (Ctrl-C, Ctrl-Z, hang-up) reaches both by itself; what somebody sends to the recorder
 * alone is passed on to the command, except when the sender belongs to the recorded tree: it will
 * have meant the group (`kill 0`), and the command has its copy.
 *
 * All of them are blocked and read from a descriptor. Blocked are also SIGPIPE and SIGXFSZ: a
 * closed stderr or a full quota is an error to report, not the recorder's death.
 */
#pragma once

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/types.h>

struct signals {
	int fd;            /* signalfd, -1 when not taken */
	sigset_t old_mask; /* the caller's */
	struct sigaction
		chld; /* the caller's: may have been ignored, and then nothing is waited for */
};

#define SIGNALS_NONE     \
	{                \
		.fd = -1 \
	}

int signals_take(struct signals *ret, struct error *e);
/* In the command's process before its exec: mask and dispositions as the recorder's caller had
 * them. */
void signals_restore(const struct signals *s);
void signals_close(struct signals *s);

/* Whether this signal has to be passed on: not from the terminal, not from the tree itself. */
bool signals_meant_for_us(const struct signalfd_siginfo *info);
/* Stops the recorder as SIGTSTP does by default; returns when it is continued. */
void signals_stop_self(void);
