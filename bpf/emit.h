/* emit - records into the ring buffer, each one counted as delivered or as dropped. */
#pragma once

#include "state.h"

static __always_inline void event_begin(struct scratch *s, enum event_kind kind, __u32 tgid)
{
	__builtin_memset(&s->event, 0, sizeof(s->event));
	s->event.kind = kind;
	s->event.tgid = tgid;
	s->event.time_ns = bpf_ktime_get_ns();
	s->pos = 0;
}

/* The reader is woken only when much is waiting: a wake-up for each record would cost the
 * workload more than all the rest. It also looks by itself from time to time. An exec is rare and
 * dear anyhow, and what was executed may soon be gone: the reader is to look at once. */
static __always_inline bool is_urgent(struct scratch *s, __u32 len)
{
	if (s->event.kind == EVENT_EXEC)
		return true;
	s->unasked += (__u32)sizeof(s->event) + len;
	if (s->unasked < ask_bytes)
		return false;
	s->unasked = 0;
	return bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= wake_bytes;
}

__noinline int event_send(__u32 which)
{
	struct scratch *s = scratch_get(which);
	__u32 len;

	if (!s)
		return 0;
	len = s->pos;
	asm volatile("%0 &= %1" : "+r"(len) : "i"(EVENT_DATA_MAX - 1));
	count(COUNT_SEEN);
	if (bpf_ringbuf_output(&ring, &s->event, sizeof(s->event) + len,
			       is_urgent(s, len) ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP) == 0)
		count(COUNT_DELIVERED);
	else
		count(COUNT_DROPPED);
	return 0;
}
