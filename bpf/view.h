/* view - what a process sees as its mounts (include/event.h says what for).
 *
 * The mounts of a namespace are a tree: `mnt_mounts` is the head of a mount's children, linked by
 * `mnt_child`. It is walked parents first, with its cursor in the scratch, like a path. Every
 * change of a namespace's mounts counts up its `event` (fs/namespace.c, touch_mnt_namespace): the
 * mounts are sent again when that has moved.
 */
#pragma once

#include "emit.h"
#include "state.h"
#include "walk.h"

#define MOUNT_STEPS 64

/* include/uapi/linux/magic.h */
#define TMPFS_MAGIC         0x01021994
#define RAMFS_MAGIC         0x858458f6
#define PROC_SUPER_MAGIC    0x9fa0
#define SYSFS_MAGIC         0x62656572
#define CGROUP_SUPER_MAGIC  0x27e0eb
#define CGROUP2_SUPER_MAGIC 0x63677270
#define DEVPTS_SUPER_MAGIC  0x1cd1
#define MQUEUE_MAGIC        0x19800202
#define DEBUGFS_MAGIC       0x64626720
#define TRACEFS_MAGIC       0x74726163
#define BPF_FS_MAGIC        0xcafe4a11
#define SECURITYFS_MAGIC    0x73636673

static __always_inline __u16 mount_flags(__u64 magic)
{
	switch ((__u32)magic) {
	case TMPFS_MAGIC:
	case RAMFS_MAGIC:
		return EVENT_MEMORY;
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case DEVPTS_SUPER_MAGIC:
	case MQUEUE_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case BPF_FS_MAGIC:
	case SECURITYFS_MAGIC:
		return EVENT_KERNEL;
	}
	return 0;
}

static __always_inline void mount_send(struct scratch *s)
{
	struct mount *mnt = (void *)s->tree_at;
	struct dentry *root = BPF_CORE_READ(mnt, mnt.mnt_root);
	__u32 parent = (__u32)BPF_CORE_READ(mnt, mnt_parent, mnt_id);
	struct vfsmount *vfsmnt = (void *)(s->tree_at + bpf_core_field_offset(struct mount, mnt));

	event_begin(s, EVENT_MOUNT, 0);
	s->event.view = s->view;
	s->event.arg = (__u64)parent << 32 | (__u32)BPF_CORE_READ(mnt, mnt_id);
	s->event.dev = BPF_CORE_READ(root, d_sb, s_dev);
	s->event.flags = mount_flags(BPF_CORE_READ(root, d_sb, s_magic));
	if (walk_path(s, root, vfsmnt, &s->event.path_len) == STEP_DONE &&
	    walk_file_system(s, root, &s->event.root_len) == STEP_DONE)
		event_send(s->which);
}

static __always_inline __u64 children_of(__u64 mnt)
{
	return mnt + bpf_core_field_offset(struct mount, mnt_mounts);
}

/* The mount behind a link of a list of children; 0 when it is the list's own head. */
static __always_inline __u64 child_at(struct list_head *link, __u64 parent)
{
	if ((__u64)link == children_of(parent))
		return 0;
	return (__u64)link - bpf_core_field_offset(struct mount, mnt_child);
}

/* One step: down to the first child, else on to the next sibling, else up. 0 at the end. */
__noinline int mounts_step(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct mount *mnt;
	__u64 next;

	if (!s)
		return 0;
	mnt = (void *)s->tree_at;
	if (!s->tree_up) {
		mount_send(s);
		next = child_at(BPF_CORE_READ(mnt, mnt_mounts.next), s->tree_at);
	} else if (s->tree_at == s->tree_top) {
		return 0;
	} else {
		__u64 parent = (__u64)BPF_CORE_READ(mnt, mnt_parent);

		next = child_at(BPF_CORE_READ(mnt, mnt_child.next), parent);
		if (!next)
			s->tree_at = parent;
	}
	s->tree_up = !next;
	if (next)
		s->tree_at = next;
	return 1;
}

__noinline int mounts_some(__u32 which)
{
	for (__u32 i = 0; i < MOUNT_STEPS; i++)
		if (!mounts_step(which))
			return 0;
	return 1;
}

static __always_inline __u64 namespace_id(struct mnt_namespace *ns)
{
	struct mnt_namespace___seq *old = (void *)ns;
	struct ns_common___id *common = (void *)&ns->ns;

	if (bpf_core_field_exists(old->seq))
		return BPF_CORE_READ(old, seq);
	if (bpf_core_field_exists(common->ns_id))
		return BPF_CORE_READ(common, ns_id);
	return BPF_CORE_READ(ns, ns.inum);
}

/* Sends the mounts of the current namespace under a new number; 0 when they keep changing, or are
 * too many. A step for each mount down and one up: hence twice the limit. */
__noinline int view_send(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct mnt_namespace *ns;
	int more = 1;

	if (!s)
		return 0;
	ns = (void *)s->ns;
	s->view =
		(bpf_get_smp_processor_id() * SCRATCHES + which) << 16 | (++s->views_sent & 0xffff);
	s->tree_at = s->tree_top = (__u64)BPF_CORE_READ(ns, root);
	s->tree_up = 0;
	for (__u32 i = 0; i < 2 * EVENT_MOUNTS_MAX / MOUNT_STEPS && more; i++)
		more = mounts_some(which);
	return !more && s->views_sent <= 0xffff;
}

/* The number of the current task's view, sent if need be, in s->view. False: counted as lost. */
static __always_inline bool view_find(struct scratch *s)
{
	struct mnt_namespace *ns = (void *)s->ns;
	struct view *view = bpf_map_lookup_elem(&views, &s->ns);
	__u64 event = BPF_CORE_READ(ns, event);

	if (!view || view->id != namespace_id(ns)) {
		count(COUNT_FOREIGN_NS);
		return false;
	}
	if (READ_ONCE(view->event) == event) {
		s->view = (__u32)READ_ONCE(view->number);
		if (s->view)
			return true;
	}
	if (!view_send(s->which) || BPF_CORE_READ(ns, event) != event) {
		count(COUNT_FOREIGN_NS);
		return false;
	}
	/* Another CPU may look at any moment, at `event` first. */
	WRITE_ONCE(view->number, 0);
	WRITE_ONCE(view->event, event);
	WRITE_ONCE(view->number, s->view);
	return true;
}

/* To be called before a record is begun: sending a view takes the same memory. */
static __always_inline bool view_enter(struct scratch *s, struct task_struct *task)
{
	s->ns = (__u64)BPF_CORE_READ(task, nsproxy, mnt_ns);
	s->view = 0;
	return s->ns == seeded_ns || view_find(s);
}

/* A mount namespace that the tree has made. */
static __always_inline void view_made(struct mnt_namespace *ns)
{
	struct view view = {.id = namespace_id(ns)};
	__u64 key = (__u64)ns;

	if (key == seeded_ns)
		return;
	for (int i = 0; i < 8; i++)
		if (bpf_map_update_elem(&views, &key, &view, BPF_ANY) == 0)
			return;
	count(COUNT_FOREIGN_NS);
}

/* Whether a process has come to a namespace that the tree has not made. */
static __always_inline bool view_is_others(struct mnt_namespace *ns)
{
	__u64 key = (__u64)ns;
	struct view *view;

	if (key == seeded_ns)
		return false;
	view = bpf_map_lookup_elem(&views, &key);
	return !view || view->id != namespace_id(ns);
}
