/* parallel - one function on several threads.
 *
 * The work is dealt out with parallel_next: each number from 0 to n - 1 goes to one thread, in
 * order. The first error stops the dealing and is the one that is told.
 */
#pragma once

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct parallel {
	size_t n, next;
	pthread_mutex_t lock; /* also for what the threads share otherwise */
	struct error *e;
	int result;
};

/* Runs `worker(p, ctx)` on `jobs` threads (0: one for each core), this one among them, and waits
 * for all. Returns what parallel_fail was given first, or 0. */
int parallel_run(size_t n, unsigned jobs, void (*worker)(struct parallel *p, void *ctx), void *ctx,
		 struct error *e);
/* The next number; false when there is none or something has failed. */
bool parallel_next(struct parallel *p, size_t *i);
/* A thread's error (its message is copied). */
void parallel_fail(struct parallel *p, const struct error *e);
