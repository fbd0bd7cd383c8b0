/* state - everything the kernel side remembers: maps, read-only policy, counters.
 *
 * All policy is handed over once, before loading, as read-only data: the verifier then knows it
 * and drops what cannot run.
 */
#pragma once

#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event.h"

#define READ_ONCE(x)       (*(volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val) (*(volatile __typeof__(x) *)&(x) = (val))

/* System calls by number: enum call_look, which is all that most calls ever need, and what they are.
 * What is looked at together stands together, here and below: a call finds little of it in a cache,
 * because the program that made it has worked since the last one. */
const volatile __u8 looks[CALL_NR_MAX];
const volatile struct calls calls[CALL_NR_MAX];
/* Whether 32-bit calls are known for this architecture. */
const volatile bool compat_known;
/* Whether programs that gain rights by their execution are left alone: a tracer that has rights
 * which its user has not may tell him only about what is his. */
const volatile bool own_user_only;
/* What the first process of the tree says in a prctl to be seeded. */
const volatile __u64 cookie;
/* Whether a program can be preempted by a task that then comes to the same program (turn.h). */
const volatile bool preemptible;
/* Bytes waiting in the ring from which on the reader is woken. */
const volatile __u64 wake_bytes;
/* Bytes that one CPU may send before it asks how many are waiting. */
const volatile __u64 ask_bytes;

__u64 counters[COUNTERS];
/* The tree's first process and what it sees as its root: set when it is seeded. */
__u32 seeded_tgid;
__u64 seeded_ns;
__u64 seeded_root_dentry;
__u64 seeded_root_mnt;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* set before loading */
} ring SEC(".maps");

/* Processes of the tree, by tgid. Preallocated: an insertion never waits for memory. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768); /* set before loading */
	__type(key, __u32);
	__type(value, __u8);
} tracked SEC(".maps");

/* Whether a process whose tgid ends in these bits has ever been of the tree. A look here spares the
 * system calls of most others the look into the map. Bytes, because they are set without a lock. */
#define TREE_TRACES 2048u
__u8 tree_traces[TREE_TRACES];
/* How often a process has left the tree. */
__u64 tree_left;

/* Mount namespaces that the tree has made, and the number under which user space knows their
 * mounts: 0 until they are sent, and another one whenever they have changed. */
struct view {
	__u64 id;    /* tells a namespace from a later one at the same address */
	__u64 event; /* the namespace's own count of changes when its mounts were sent */
	__u64 number;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64); /* struct mnt_namespace * */
	__type(value, struct view);
} views SEC(".maps");

/* Cursor over the descriptors that a call has received (receive.h): addresses in user memory. */
struct received {
	__u64 message; /* the struct msghdr that comes next */
	__u64 control; /* the struct cmsghdr that comes next, and where they end */
	__u64 control_end;
	__u64 fd;            /* the descriptor that comes next */
	__u32 messages, fds; /* how many there are left */
	__u32 compat;        /* the caller's structures are 32-bit ones */
};

/* Room for one record and the cursor of a walk. The cursor lives here, not in a register: read
 * anew in each iteration it is an unknown scalar to the verifier, so that all iterations share
 * their states. The string helpers of 5.8–6.1 may write before a destination that faults on its
 * first byte; `event` before `data` is that headroom. */
struct scratch {
	__u32 tgid;   /* of the tree when `left` is tree_left; 0: none */
	__u32 which;  /* of the working memories this one is */
	__u64 thread; /* that has made the call */
	__u64 left;
	__u64 args[6]; /* of the system call */
	__s64 ret;
	struct call call;            /* what it is */
	__u64 compat;                /* made as a 32-bit one */
	__u64 dentry, mnt, mnt_root; /* cursor: struct dentry *, struct mount *, its root */
	__u64 in_file_system; /* the walk ends at the root of the file system, not of the mounts */
	__u64 ns;             /* struct mnt_namespace * of the current task */
	__u32 view;           /* number of the view that it has */
	__u32 pos;            /* bytes of data in use */
	__u32 unasked;        /* bytes sent since it was last asked how much is waiting */
	__u32 views_sent;
	struct received received;
	__u64 tree_at, tree_top, tree_up; /* cursor over the mounts of a namespace */
	struct event event;
	char data[EVENT_DATA_MAX + EVENT_NAME_MAX];
};

/* Two for each CPU: one for system calls, one for the process events. Where programs can be
 * preempted one for each program. */
enum {
	SCRATCH_CALL,
	SCRATCH_PROCESS,
	SCRATCH_CALL_2 = SCRATCH_PROCESS,
	SCRATCH_CALL_3,
	SCRATCH_FORK,
	SCRATCH_FORK_2,
	SCRATCH_EXEC,
	SCRATCH_EXEC_2,
	SCRATCH_EXIT,
	SCRATCH_EXIT_2,
};

_Static_assert(SCRATCH_EXIT_2 + 1 == SCRATCHES, "one for each program");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCHES_SINGLE); /* set before loading */
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline void count(enum counter c)
{
	__sync_fetch_and_add(&counters[c], 1);
}

/* The working memory of a program on this CPU. Programs of one kind do not interrupt each other
 * on a CPU: the kernel refuses that and counts it (recursion_misses, read at the end). */
static __always_inline struct scratch *scratch_get(__u32 which)
{
	__u32 i = bpf_get_smp_processor_id() * (preemptible ? SCRATCHES : SCRATCHES_SINGLE) + which;

	return bpf_map_lookup_elem(&scratches, &i);
}

/* The same when a program begins; NULL is counted. */
static __always_inline struct scratch *scratch_begin(__u32 which)
{
	struct scratch *s = scratch_get(which);

	if (s)
		s->which = which;
	else
		count(COUNT_SCRATCH);
	return s;
}
