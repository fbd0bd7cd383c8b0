/* walk - from a struct path to its components, as fs/d_path.c does it.
 *
 * prepend_path() goes from the leaf to the root: at the root of a mount on to its mount point
 * in the parent mount, else to the parent dentry. A walk over dentries alone would be wrong on
 * bind mounts and btrfs subvolumes. Components are appended in that order, each ended by a NUL;
 * user space turns them round. The walk ends at the root that the first process saw, so that
 * paths are the tracer's, also for a process in a chroot.
 */
#pragma once

#include "state.h"

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

enum step { STEP_ON, STEP_DONE, STEP_DETACHED, STEP_FAILED };

/* One step of prepend_path(). */
static __always_inline enum step walk_step(struct scratch *s)
{
	struct dentry *dentry = (void *)s->dentry, *parent;
	struct mount *mnt = (void *)s->mnt, *up;
	int failed;

	if (s->dentry == seeded_root_dentry && s->mnt == seeded_root_mnt)
		return STEP_DONE;
	if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
		__u64 ns;

		up = BPF_CORE_READ(mnt, mnt_parent);
		if (up != mnt) {
			s->dentry = (__u64)BPF_CORE_READ(mnt, mnt_mountpoint);
			s->mnt = (__u64)up;
			return STEP_ON;
		}
		/* A mount without a parent: the root of a namespace, or of no tree at all
		 * (NULL, or an error pointer for the kernel's own mounts). */
		ns = (__u64)BPF_CORE_READ(mnt, mnt_ns);
		return ns && ns < (__u64)-4095 ? STEP_DONE : STEP_DETACHED;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry) {
		count(COUNT_ESCAPED);
		return STEP_FAILED;
	}
	failed = append_name(s, BPF_CORE_READ(dentry, d_name.name));
	if (failed) {
		count(failed);
		return STEP_FAILED;
	}
	s->dentry = (__u64)parent;
	return STEP_ON;
}

/* Walks from the cursor and appends the components. A function of its own (not static), so that
 * the verifier checks it once and not at each call. Returns enum step. */
__noinline int walk_run(__u32 which)
{
	struct scratch *s = scratch_get(which);

	if (!s)
		return STEP_FAILED;
	for (__u32 i = 0; i < EVENT_DEPTH_MAX; i++) {
		enum step step = walk_step(s);

		if (step != STEP_ON)
			return step;
	}
	count(COUNT_TRUNCATED);
	return STEP_FAILED;
}

/* Walks a struct path given by its two pointers; the bytes appended are added to *len. */
static __always_inline enum step walk_path(struct scratch *s, __u32 which, struct dentry *dentry,
					   struct vfsmount *vfsmnt, __u16 *len)
{
	__u32 before = s->pos;
	enum step step;

	s->dentry = (__u64)dentry;
	s->mnt = (__u64)vfsmnt - bpf_core_field_offset(struct mount, mnt);
	step = walk_run(which);
	*len = (__u16)(s->pos - before);
	return step;
}
