/* collect - from the kernel side's records to a trace.
 *
 * All aggregation happens here, in user space: keyed by path, nothing else (kernel pointers and
 * inode numbers are reused). Records of one process arrive in order; those of different CPUs
 * nearly so.
 */
#pragma once

#include "event.h"
#include "trace.h"

#include <stddef.h>
#include <sys/types.h>

struct collector;

#define CLEANUP_COLLECTOR __attribute__((cleanup(collector_cleanup)))

struct collector *collector_new(void);
/* Before the command runs: looks at what is there, in and below its current directory. */
void collector_survey(struct collector *c, const char *dir);
/* One record, with `data` right behind *event as in the ring; the signature of tracer_handler, with
 * the collector as ctx. */
void collector_add(void *collector, const struct event *event, const char *data);
/* The first process, whose fork was not traced, and the moment (CLOCK_MONOTONIC, ns) that all
 * times count from. */
void collector_first(struct collector *c, int32_t pid, int32_t parent, int64_t start_ns);
/* Processes of the tree that have not ended; *ret is valid until the next call. */
size_t collector_alive(const struct collector *c, const struct trace_process **ret);

/* Records whose meaning could not be told any more: each makes the trace incomplete. */
struct collector_losses {
	uint64_t unresolved; /* a symlink may have been on the way, and it is gone */
	uint64_t unseen;     /* a file system that only a process of the run could see */
	char *example;       /* a path of one of them; the caller frees */
};

/* Stats what was touched, sorts, and moves files, misses and processes into the trace. */
void collector_finish(struct collector *c, struct trace *ret, struct collector_losses *losses);
void collector_free(struct collector *c);
void collector_cleanup(struct collector **c);
