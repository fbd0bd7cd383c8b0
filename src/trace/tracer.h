/* tracer - the kernel side's life: load, attach, read, detach (libbpf's only room).
 *
 * Order: tracer_open loads (nothing runs yet), tracer_attach makes it live, the first process
 * then seeds itself by calling prctl(TRACER_MARK, cookie), and from its exec on every event of
 * the tree arrives through the handler given to tracer_open, in order per CPU and nearly in order
 * of time. tracer_stop detaches, delivers what is left and reads the counters.
 *
 * Errors: ENOENT (no kernel type information), EPERM (no privilege), EOPNOTSUPP (this kernel
 * cannot), or what the kernel gave; the message says the one thing to do (trace/diagnose).
 */
#pragma once

#include "base/error.h"
#include "event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACER_MARK 0x69747263 /* an option that prctl does not know: it fails, harmlessly */

struct tracer;

#define CLEANUP_TRACER __attribute__((cleanup(tracer_cleanup)))

typedef void (*tracer_handler)(void *ctx, const struct event *event, const char *data);

struct tracer_stats {
	uint64_t counters[COUNTERS];
	uint64_t received;         /* records that reached the handler */
	uint64_t malformed;        /* records that did not fit their own lengths */
	uint64_t recursion_misses; /* runs of the programs that the kernel refused */
	uint32_t seeded_tgid;      /* 0: the first process was never seen */
};

/* Names of the counters in the trace's "loss", in the order of enum counter. */
extern const char *const counter_names[COUNTERS];

struct tracer_options {
	uint64_t cookie;
	size_t ring_bytes;  /* rounded up to a power of two of at least a page */
	uint32_t processes; /* of the tree, at once */
	bool own_user_only; /* do not follow into programs that gain rights (set-user-ID …) */
};

int tracer_open(const struct tracer_options *opt, tracer_handler handler, void *ctx,
		struct tracer **ret, struct error *e);
int tracer_attach(struct tracer *t, struct error *e);
/* A descriptor that polls readable when much is waiting. */
int tracer_fd(const struct tracer *t);
/* Hands over what is waiting; 0, or -errno when the ring cannot be read. */
int tracer_consume(struct tracer *t, struct error *e);
int tracer_stop(struct tracer *t, struct tracer_stats *ret, struct error *e);
void tracer_free(struct tracer *t);
void tracer_cleanup(struct tracer **t);
