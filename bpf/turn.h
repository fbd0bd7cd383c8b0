/* turn - which of the copies of a program has to handle an event.
 *
 * Up to Linux 6.19 a tracepoint disables preemption. Since 7.0 it does not (SRCU-fast; commits
 * "tracing: Guard __DECLARE_TRACE() use of __DO_TRACE_CALL() with SRCU-fast" and "bpf: Have
 * __bpf_trace_run() use rcu_read_lock_dont_migrate()"): a task may be preempted within a program,
 * and the kernel then leaves that program out for every other task of that CPU. It counts that
 * (recursion_misses), but the events are gone. So there each program has copies, attached one
 * after the other: the first that is not left out handles the event.
 *
 * Each notes in the current task's own storage that it has run; whoever finds that none before it
 * has, handles the event and counts it as rescued. What the first copy missed and nobody rescued
 * is lost: exactly recursion_misses of the first copy - rescued. For that the copies are attached
 * in their order and detached in the reverse one, so that none ever runs without those before it.
 */
#pragma once

#include "state.h"

__u64 rescued[TRACEPOINTS];

/* For each tracepoint 1 + the copy that has run last for this event; 0 when all are through. What
 * an earlier event left behind can make a copy believe that one before it has run; then the event
 * counts as lost. It never makes one believe that none has. */
struct turns {
	__u8 ran[TRACEPOINTS];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE); /* not made where nothing is preemptible */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct turns);
} turns SEC(".maps");

static __always_inline bool turn_mine(enum tracepoint t, __u8 copy, bool last)
{
	struct turns *turn;
	__u8 ran;

	if (!preemptible)
		return copy == 0;
	turn = bpf_task_storage_get(&turns, bpf_get_current_task_btf(), 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!turn) {
		/* The copies behind this one may take the event for a missed one. */
		count(COUNT_SCRATCH);
		return copy == 0;
	}
	ran = turn->ran[t];
	turn->ran[t] = last ? 0 : copy + 1;
	if (copy == 0)
		return true;
	if (ran >= 1 && ran <= copy)
		return false;
	__sync_fetch_and_add(&rescued[t], 1);
	return true;
}
