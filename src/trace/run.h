/* run - one recording from start to end: child, tracer, signals, waiting, verdict.
 *
 * The recorder stays in the workload's process group, as env(1) and strace do: what the terminal
 * sends (Ctrl-C, Ctrl-Z, hang-up) reaches both by itself; what is sent to the recorder alone is
 * passed on. It is a subreaper, so that daemons come back to it and the end of the tree is seen.
 */
#pragma once

#include "base/error.h"
#include "trace.h"
#include "trace/child.h"

#include <stdbool.h>
#include <stddef.h>

struct run_options {
	char **argv;        /* the command, NULL-ended */
	struct identity id; /* whom it runs as */
	bool wait_tree;     /* until the whole tree has ended, not only the command */
	size_t ring_bytes;
	uint32_t processes; /* how many of the tree can be told apart at once */
	/* Called once when the command has ended but its tree has not (n processes of it live),
	 * and once more with ended=true when the recording stops before they do. */
	void (*on_waiting)(const struct trace_process *alive, size_t n, bool ended);
	struct child_hook hook; /* in the command's process, before its exec */
};

/* Runs and records. On success *ret is the trace (complete or not; the caller frees it) and
 * *exit_code what the command gave (128 + n after signal n). On failure *exit_code is 125, 126 or
 * 127, and nothing of the tree was recorded. */
int run_record(const struct run_options *opt, struct trace *ret, int *exit_code, struct error *e);
