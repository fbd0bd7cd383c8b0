/* walk - from a struct path to its components, as fs/d_path.c does it.
 *
 * prepend_path() goes from the leaf to the root: at the root of a mount on to its mount point
 * in the parent mount, else to the parent dentry. A walk over dentries alone would be wrong on
 * bind mounts and btrfs subvolumes. Components are appended in that order, each ended by a NUL;
 * user space turns them round. In the recorder's own mount namespace the walk ends at the root
 * that the first process saw, so that paths are the recorder's, also for a process in a chroot;
 * in another namespace it ends at the top of that (include/event.h: views).
 */
#pragma once

#include "state.h"

#define WALK_STEPS 64
#define SB_NOUSER  (1ul << 31) /* include/linux/fs.h */

/* A bound that clang must not optimise away, because the verifier wants to see it. */
static __always_inline __u32 data_offset(__u32 pos)
{
	asm volatile("%0 &= %1" : "+r"(pos) : "i"(EVENT_DATA_MAX - 1));
	return pos;
}

/* Appends one name; 0, or the counter that says why not. */
static __always_inline int append_name(struct scratch *s, const void *name)
{
	__u32 pos = s->pos;
	long n;

	if (pos >= EVENT_DATA_MAX - EVENT_NAME_MAX)
		return COUNT_TRUNCATED;
	n = bpf_probe_read_kernel_str(s->data + data_offset(pos), EVENT_COMPONENT_MAX, name);
	if (n <= 0)
		return COUNT_UNREADABLE;
	s->pos = pos + (__u32)n;
	return 0;
}

enum step {
	STEP_ON,
	STEP_DONE,
	STEP_DETACHED, /* a file of no mount tree by nature: pipe, memfd, anonymous inode */
	STEP_FAILED,   /* counted */
};

/* What a walk means that has come to a mount without a parent. */
static __always_inline enum step walk_top(const struct scratch *s, struct mount *mnt)
{
	__u64 ns = (__u64)BPF_CORE_READ(mnt, mnt_ns);

	if (ns == s->ns && s->view)
		return STEP_DONE;
	if (ns == s->ns)
		count(COUNT_ESCAPED);
	else if (BPF_CORE_READ(mnt, mnt.mnt_root, d_sb, s_flags) & SB_NOUSER)
		return STEP_DETACHED;
	else
		count(COUNT_FOREIGN_NS);
	return STEP_FAILED;
}

/* From the root of a mount to its mount point. */
static __always_inline enum step walk_up(struct scratch *s)
{
	struct mount *mnt = (void *)s->mnt, *up = BPF_CORE_READ(mnt, mnt_parent);

	if (up == mnt)
		return walk_top(s, mnt);
	s->dentry = (__u64)BPF_CORE_READ(mnt, mnt_mountpoint);
	s->mnt = (__u64)up;
	s->mnt_root = (__u64)BPF_CORE_READ(up, mnt.mnt_root);
	return STEP_ON;
}

/* What it means that a dentry has no parent. */
static __always_inline enum step walk_end(const struct scratch *s, struct dentry *dentry)
{
	if (s->in_file_system)
		return STEP_DONE;
	/* Each file of nsfs and pidfs is a root of its own; as d_path() sees it. */
	if (BPF_CORE_READ(dentry, d_op, d_dname))
		return STEP_DETACHED;
	count(COUNT_ESCAPED);
	return STEP_FAILED;
}

/* A dentry's parent, and the address of its name. */
struct lineage {
	__u64 parent, hash_len, name;
};

static __always_inline struct lineage lineage_of(struct dentry *dentry)
{
	const __u64 parent_at = bpf_core_field_offset(struct dentry, d_parent);
	const __u64 name_at = bpf_core_field_offset(struct dentry, d_name.name);
	struct lineage ret = {0};

	/* In all kernels so far they lie so that one look fetches both. */
	if (name_at == parent_at + __builtin_offsetof(struct lineage, name)) {
		bpf_probe_read_kernel(&ret, sizeof(ret), (char *)dentry + parent_at);
	} else {
		ret.parent = (__u64)BPF_CORE_READ(dentry, d_parent);
		ret.name = (__u64)BPF_CORE_READ(dentry, d_name.name);
	}
	return ret;
}

/* One step of prepend_path(); returns enum step. This and what follows are functions of their own
 * (not static): the verifier checks each of them once, and a loop over calls costs it next to
 * nothing. That is what makes deep paths affordable. */
__noinline int walk_step(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct dentry *dentry;
	struct lineage up;
	int failed;

	if (!s)
		return STEP_FAILED;
	dentry = (void *)s->dentry;
	if (!s->in_file_system) {
		if (s->dentry == seeded_root_dentry && s->mnt == seeded_root_mnt && !s->view)
			return STEP_DONE;
		if (s->dentry == s->mnt_root)
			return walk_up(s);
	}
	up = lineage_of(dentry);
	if (up.parent == s->dentry)
		return walk_end(s, dentry);
	failed = append_name(s, (void *)up.name);
	if (failed) {
		count(failed);
		return STEP_FAILED;
	}
	s->dentry = up.parent;
	return STEP_ON;
}

__noinline int walk_some(__u32 which)
{
	for (__u32 i = 0; i < WALK_STEPS; i++) {
		int step = walk_step(which);

		if (step != STEP_ON)
			return step;
	}
	return STEP_ON;
}

/* Walks from the cursor and appends the components. Returns enum step. */
__noinline int walk_run(__u32 which)
{
	for (__u32 i = 0; i < EVENT_DEPTH_MAX / WALK_STEPS; i++) {
		int step = walk_some(which);

		if (step != STEP_ON)
			return step;
	}
	count(COUNT_TRUNCATED);
	return STEP_FAILED;
}

/* Walks a struct path given by its two pointers; the bytes appended are added to *len. */
static __always_inline enum step walk_path(struct scratch *s, struct dentry *dentry,
					   struct vfsmount *vfsmnt, __u16 *len)
{
	__u32 before = s->pos;
	enum step step;

	s->in_file_system = 0;
	s->dentry = (__u64)dentry;
	s->mnt = (__u64)vfsmnt - bpf_core_field_offset(struct mount, mnt);
	s->mnt_root = (__u64)BPF_CORE_READ(vfsmnt, mnt_root);
	step = walk_run(s->which);
	*len = (__u16)(s->pos - before);
	return step;
}

/* The same up to the root of the file system, whatever is mounted where. */
static __always_inline enum step walk_file_system(struct scratch *s, struct dentry *dentry,
						  __u16 *len)
{
	__u32 before = s->pos;
	enum step step;

	s->in_file_system = 1;
	s->dentry = (__u64)dentry;
	s->mnt = 0;
	step = walk_run(s->which);
	*len = (__u16)(s->pos - before);
	return step;
}
