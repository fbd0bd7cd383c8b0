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

/* The same for the process that a program runs in, remembered in its working memory: processes come
 * and go seldom, compared with their calls. Another CPU's `tree_left` is seen late only by a process
 * that ends meanwhile, with its last thread; a new one under its number begins after that. */
static __always_inline bool tree_has_current(struct scratch *s, __u32 tgid)
{
	__u64 left = READ_ONCE(tree_left);

	if (s->tgid == tgid && s->left == left)
		return true;
	if (!tree_has(tgid))
		return false;
	s->tgid = tgid;
	s->left = left;
	return true;
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
			break;
	__sync_fetch_and_add(&tree_left, 1);
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
