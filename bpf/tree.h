/* tree - which processes belong to the recorded tree.
 *
 * By tgid: threads need nothing. The first process seeds itself with a cookie, because its pid as
 * user space sees it is wrong inside a PID namespace. The fork tracepoint fires before the child
 * is woken, so no child can do anything unseen. A process leaves at the death of its last thread,
 * not of its leader.
 */
#pragma once

#include "state.h"

static __always_inline bool tree_has(__u32 tgid)
{
	return tree_traces[tgid % TREE_TRACES] && bpf_map_lookup_elem(&tracked, &tgid) != 0;
}

static __always_inline void tree_add(__u32 tgid)
{
	__u8 one = 1;

	tree_traces[tgid % TREE_TRACES] = 1;
	/* Hash updates fail with a spurious -EBUSY when the bucket's lock is taken on this CPU
	 * (20b6cc34ea74): try again before counting a loss. */
	for (int i = 0; i < 8; i++)
		if (bpf_map_update_elem(&tracked, &tgid, &one, BPF_ANY) == 0)
			return;
	count(COUNT_UNTRACKED);
}

static __always_inline void tree_remove(__u32 tgid)
{
	for (int i = 0; i < 8; i++)
		if (bpf_map_delete_elem(&tracked, &tgid) != -16 /* EBUSY */)
			return;
}

/* Makes the current process the first of the tree. */
static __always_inline void tree_seed(struct task_struct *task)
{
	if (seeded_tgid)
		return;
	seeded_ns = (__u64)BPF_CORE_READ(task, nsproxy, mnt_ns);
	seeded_root_dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	seeded_root_mnt =
		(__u64)BPF_CORE_READ(task, fs, root.mnt) - bpf_core_field_offset(struct mount, mnt);
	seeded_tgid = BPF_CORE_READ(task, tgid);
	tree_add(seeded_tgid);
}
