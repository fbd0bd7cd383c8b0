// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/* record - the entry points of the kernel side, at four tracepoints.
 *
 * sys_exit sees every system call of the machine, so it looks at the number first (a table), at
 * the tree second, and does the rest only for calls that name, open, map or list files in a
 * process of the tree. It runs at the end of the call: the arguments are still in pt_regs, the
 * strings are resident because the kernel has just read them, and the result is known.
 */
#include "vmlinux.h"

#include "call.h"
#include "emit.h"
#include "receive.h"
#include "state.h"
#include "tree.h"
#include "turn.h"
#include "view.h"
#include "walk.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Sends what openat2 looked up with a directory in the place of the root. */
static __always_inline void send_in_root(struct scratch *s, struct task_struct *task,
					 const struct call *call)
{
	__s32 dirfd = dir_of(s, call->dir_arg);

	s->event.flags |= EVENT_ROOTED;
	if (add_user_name(s, arg(s, call->name_arg), &s->event.name_len) > 0 &&
	    add_base(s, task, dirfd, &s->event.base_len) &&
	    add_base(s, task, dirfd, &s->event.root_len))
		event_send(s);
}

static __always_inline void on_open(struct scratch *s, struct task_struct *task,
				    const struct call *call)
{
	struct how how = open_how(s, call);
	__u64 flags = how.flags;
	struct file *file = file_of(task, (__u64)s->ret);

	s->event.arg = flags;
	if (flags & O_NOFOLLOW)
		s->event.flags |= EVENT_NOFOLLOW;
	if (!(flags & O_PATH) && (flags & (O_WRONLY | O_RDWR | O_TRUNC)))
		s->event.op |= TRACE_WRITE;
	if (flags & __O_TMPFILE & ~(__u64)O_PATH)
		s->event.flags |= EVENT_TMPFILE;
	if (file && !add_file(s, file) && !(s->event.flags & EVENT_DETACHED))
		return;
	if (call->name_arg == CALL_ARG_NONE) {
		if (!file)
			count(COUNT_UNREADABLE);
		else if (!(s->event.flags & EVENT_DETACHED))
			event_send(s);
	} else if (how.resolve & RESOLVE_IN_ROOT) {
		send_in_root(s, task, call);
	} else if (add_name(s, task, arg(s, call->name_arg), dir_of(s, call->dir_arg)) >= 0) {
		send_named(s, task);
	}
}

static __always_inline void on_fd(struct scratch *s, struct task_struct *task,
				  const struct call *call)
{
	struct file *file = file_of(task, arg(s, call->dir_arg));

	if (!file)
		count(COUNT_UNREADABLE); /* closed by another thread since */
	else if (add_file(s, file))
		event_send(s);
	s->event.flags &= (__u16)~EVENT_CREATED;
}

/* A ring that was set up outside and is only mapped here needs no call to open files. */
static __always_inline bool is_ring(struct file *file)
{
	const char ring[] = "[io_uring]";
	char name[sizeof(ring)] = {0};

	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	for (__u32 i = 0; i < sizeof(ring); i++)
		if (name[i] != ring[i])
			return false;
	return true;
}

static __always_inline void on_mmap(struct scratch *s, struct task_struct *task,
				    const struct call *call)
{
	struct file *file = file_of(task, arg(s, call->dir_arg));

	if (arg(s, call->flag_arg) & MAP_ANONYMOUS)
		return;
	if (file && is_ring(file))
		count(COUNT_UNTRACED);
	else
		on_fd(s, task, call);
}

/* When chdir returns, the current directory is already the new one: a relative name says nothing
 * any more, the directory itself says all. */
static __always_inline void on_chdir(struct scratch *s, struct task_struct *task,
				     const struct call *call)
{
	struct dentry *dentry = BPF_CORE_READ(task, fs, pwd.dentry);
	struct vfsmount *mnt = BPF_CORE_READ(task, fs, pwd.mnt);
	__u32 start;
	int got;

	s->event.dev = BPF_CORE_READ(dentry, d_sb, s_dev);
	if (walk_path(s, dentry, mnt, &s->event.path_len) != STEP_DONE)
		return;
	start = s->pos;
	got = add_user_name(s, arg(s, call->name_arg), &s->event.name_len);
	if (got > 0 && !is_relative(s, start)) {
		s->event.flags |= EVENT_AT_ROOT;
	} else {
		s->event.name_len = 0;
		s->pos = start;
	}
	send_named(s, task);
}

/* The same for the root directory; of its own name nothing can be said any more. */
static __always_inline void on_chroot(struct scratch *s, struct task_struct *task)
{
	struct dentry *dentry = BPF_CORE_READ(task, fs, root.dentry);

	s->event.dev = BPF_CORE_READ(dentry, d_sb, s_dev);
	if (walk_path(s, dentry, BPF_CORE_READ(task, fs, root.mnt), &s->event.path_len) ==
	    STEP_DONE)
		event_send(s);
}

static __always_inline bool follows_not(const struct scratch *s, const struct call *call)
{
	if (call->flags & CALL_NOFOLLOW)
		return true;
	if (call->flag_arg == CALL_ARG_NONE || (call->flags & CALL_RENAME_FLAGS))
		return false;
	if (call->flags & CALL_FOLLOW_FLAG)
		return !(arg(s, call->flag_arg) & AT_SYMLINK_FOLLOW);
	return arg(s, call->flag_arg) & AT_SYMLINK_NOFOLLOW;
}

/* Appends the second string: the name that rename and link make, or what a symlink holds. */
static __always_inline bool add_second(struct scratch *s, struct task_struct *task,
				       const struct call *call)
{
	__u32 start = s->pos;

	if (call->name2_arg == CALL_ARG_NONE)
		return true;
	if (add_user_name(s, arg(s, call->name2_arg), &s->event.name2_len) <= 0)
		return false;
	if (call->kind == CALL_SYMLINK) {
		s->event.flags |= EVENT_SYMLINK;
		return true;
	}
	if (!is_relative(s, start))
		return true;
	s->event.flags |= EVENT_BASE2;
	return add_base(s, task, dir_of(s, call->dir2_arg), &s->event.base2_len);
}

/* The file type that a call of the stat family has just told its caller. */
static __always_inline void add_mode(struct scratch *s, const struct call *call, bool compat)
{
	bool statx = call->flag_arg == 2;
	__u32 mode = 0;

	if (!(call->flags & CALL_STAT) || (compat && !statx))
		return;
	if (statx)
		bpf_probe_read_user(&mode, 2, (void *)(arg(s, STATX_ARG) + STATX_MODE));
	else
		bpf_probe_read_user(&mode, 4, (void *)(arg(s, call->name_arg + 1) + STAT_MODE));
	s->event.mode = mode;
}

static __always_inline __u16 name_flags(const struct scratch *s, const struct call *call)
{
	__u64 given = call->flag_arg == CALL_ARG_NONE ? 0 : arg(s, call->flag_arg);
	__u16 flags = 0;

	if (follows_not(s, call))
		flags |= EVENT_NOFOLLOW;
	if (call->flags & CALL_MADE)
		flags |= EVENT_MADE;
	if (call->flags & CALL_REMOVED)
		flags |= EVENT_REMOVED;
	if ((call->flags & CALL_RENAME_FLAGS) && (given & RENAME_EXCHANGE))
		flags |= EVENT_EXCHANGE;
	else if (call->kind == CALL_RMDIR || (flags & EVENT_REMOVED && given & AT_REMOVEDIR))
		flags |= EVENT_RMDIR;
	return flags;
}

/* Which thread of the process it is (/proc/thread-self), in the upper half. */
static __always_inline __u64 thread_arg(void)
{
	return bpf_get_current_pid_tgid() << 32;
}

static __always_inline void on_name(struct scratch *s, struct task_struct *task,
				    const struct call *call, bool compat)
{
	int got;

	s->event.kind = EVENT_NAME;
	s->event.arg = thread_arg();
	s->event.flags = name_flags(s, call);
	add_mode(s, call, compat);
	got = add_name(s, task, arg(s, call->name_arg), dir_of(s, call->dir_arg));
	/* No name is a call on a descriptor; its second path, if any, still counts. */
	if (got < 0 || (got == 0 && call->name2_arg == CALL_ARG_NONE))
		return;
	if (add_second(s, task, call))
		send_named(s, task);
}

/* A call that failed: either nothing was there (ENOENT, ENOTDIR), or something was in its way. */
static __always_inline void on_failure(struct scratch *s, struct task_struct *task,
				       const struct call *call)
{
	struct how how = {0};

	s->event.kind = EVENT_MISS;
	s->event.arg = thread_arg() | (__u64)-s->ret;
	if (call->kind == CALL_OPEN)
		how = open_how(s, call);
	/* Refused before anything was looked at: out of bounds (RESOLVE_BENEATH and others), or a
	 * readlink into a buffer of no size. */
	if ((how.resolve && (s->ret == -EXDEV || s->ret == -ELOOP)) ||
	    (s->ret == -EINVAL && (__s32)arg(s, call->name_arg + 2) <= 0))
		return;
	if (call->kind == CALL_OPEN ? how.flags & (O_NOFOLLOW | O_EXCL) : follows_not(s, call))
		s->event.flags |= EVENT_NOFOLLOW;
	if (how.resolve & RESOLVE_IN_ROOT)
		send_in_root(s, task, call);
	else if (add_name(s, task, arg(s, call->name_arg), dir_of(s, call->dir_arg)) > 0)
		send_named(s, task);
}

static __always_inline void on_success(struct scratch *s, struct task_struct *task,
				       const struct call *call, bool compat)
{
	switch (call->kind) {
	case CALL_OPEN:
		on_open(s, task, call);
		break;
	case CALL_NAME:
	case CALL_SYMLINK:
	case CALL_RMDIR:
		on_name(s, task, call, compat);
		break;
	case CALL_CHDIR:
		on_chdir(s, task, call);
		break;
	case CALL_CHROOT:
		on_chroot(s, task);
		break;
	case CALL_MMAP:
		on_mmap(s, task, call);
		break;
	case CALL_RECEIVE:
		on_receive(s, arg(s, 1), 1, compat);
		break;
	case CALL_RECEIVES:
		on_receive(s, arg(s, 1), (__u32)s->ret, compat);
		break;
	case CALL_SOCKETS:
		on_socketcall(s);
		break;
	case CALL_FD:
		on_fd(s, task, call);
		break;
	}
}

/* Calls that say something about the whole trace and not about a file. */
static __always_inline bool on_other_call(struct task_struct *task, const struct call *call)
{
	struct mnt_namespace *ns = BPF_CORE_READ(task, nsproxy, mnt_ns);

	switch (call->kind) {
	case CALL_UNTRACED:
		count(COUNT_UNTRACED);
		return true;
	case CALL_UNKNOWN:
		count(COUNT_UNKNOWN);
		return true;
	case CALL_UNSHARE:
		view_made(ns);
		return true;
	case CALL_SETNS:
		if (view_is_others(ns))
			count(COUNT_FOREIGN_NS);
		return true;
	}
	return false;
}

/* mmap returns addresses, which may look negative as a compat call: an error is -4095…-1. */
static __always_inline bool is_error(long ret)
{
	return (unsigned long)ret >= (unsigned long)-4095;
}

/* Whether a call that failed says something of the name that it gave: that nothing is there, or,
 * mostly, that something is (user space looks). */
static __always_inline bool tells(long error, const struct call *call)
{
	if (call->name_arg == CALL_ARG_NONE)
		return false;
	if (error == EINVAL) /* what is no symlink */
		return call->op == TRACE_READLINK;
	return error < 64 ? TELLING >> error & 1 : error == EOVERFLOW || error == EOPNOTSUPP;
}

static __always_inline void on_call(struct task_struct *task, struct pt_regs *regs,
				    const struct call *call, bool compat, long ret, __u32 which)
{
	struct scratch *s = scratch_begin(which);

	if (!s)
		return;
	if (is_error(ret) && !tells(-ret, call))
		return;
	if (on_other_call(task, call) || !view_enter(s, task))
		return;
	read_args(regs, s->args, compat);
	s->ret = ret;
	event_begin(s, EVENT_FILE, (__u32)BPF_CORE_READ(task, tgid));
	s->event.op = call->op;
	s->event.view = s->view;
	if (!is_error(ret))
		on_success(s, task, call, compat);
	else
		on_failure(s, task, call);
}

static __always_inline void on_mark(struct task_struct *task, struct pt_regs *regs)
{
	__u64 args[6];

	read_args(regs, args, false);
	if (cookie && args[1] == cookie)
		tree_seed(task);
}

/* A call beyond the tables. The x32 interface has the numbers of the 64-bit one with a bit set, but
 * not quite. */
static __always_inline void on_beyond(long nr, long ret)
{
	if (!is_error(ret) && tree_has(bpf_get_current_pid_tgid() >> 32))
		count(nr & X32_BIT ? COUNT_COMPAT : COUNT_UNKNOWN);
}

static __always_inline int call_ended(struct pt_regs *regs, long ret, __u32 which)
{
	long nr = call_number(regs);
	struct task_struct *task;
	struct call call;
	bool compat;

	/* -1: a signal or a tracer has taken the call away */
	if (nr < 0)
		return 0;
	if (nr >= CALL_NR_MAX) {
		on_beyond(nr, ret);
		return 0;
	}
	if (!calls[nr].kind && !calls32[nr].kind)
		return 0;
	task = (void *)bpf_get_current_task();
	if (calls[nr].kind == CALL_MARK) {
		on_mark(task, regs);
		if (!calls32[nr].kind)
			return 0;
	}
	if (!tree_has(bpf_get_current_pid_tgid() >> 32))
		return 0;
	compat = is_compat(task);
	call = compat ? calls32[nr] : calls[nr];
	if (call.kind && call.kind != CALL_MARK)
		on_call(task, regs, &call, compat, compat ? (__s32)ret : ret, which);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	return turn_mine(TRACEPOINT_CALL, 0, false) ? call_ended(regs, ret, SCRATCH_CALL) : 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_2, struct pt_regs *regs, long ret)
{
	return turn_mine(TRACEPOINT_CALL, 1, false) ? call_ended(regs, ret, SCRATCH_CALL_2) : 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit_3, struct pt_regs *regs, long ret)
{
	return turn_mine(TRACEPOINT_CALL, 2, true) ? call_ended(regs, ret, SCRATCH_CALL_3) : 0;
}

static __always_inline int process_forked(struct task_struct *parent, struct task_struct *child,
					  __u32 which)
{
	struct mnt_namespace *ns;
	struct scratch *s;

	if (!tree_has((__u32)parent->tgid))
		return 0;
	ns = BPF_CORE_READ(child, nsproxy, mnt_ns);
	if (ns != BPF_CORE_READ(parent, nsproxy, mnt_ns))
		view_made(ns);
	if (parent->tgid == child->tgid)
		return 0;
	tree_add((__u32)child->tgid);
	s = scratch_begin(which);
	if (!s)
		return 0;
	event_begin(s, EVENT_FORK, (__u32)parent->tgid);
	s->event.arg = (__u32)child->tgid;
	event_send(s);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	return turn_mine(TRACEPOINT_FORK, 0, false)
		       ? process_forked(parent, child, preemptible ? SCRATCH_FORK : SCRATCH_PROCESS)
		       : 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork_2, struct task_struct *parent, struct task_struct *child)
{
	return turn_mine(TRACEPOINT_FORK, 1, true) ? process_forked(parent, child, SCRATCH_FORK_2)
						   : 0;
}

/* The kernel's own copy of the name that was executed (bprm->filename is kernel memory). */
static __always_inline void add_exec_name(struct scratch *s, struct task_struct *task,
					  const char *filename)
{
	__u32 pos = s->pos;
	long n;

	if (pos >= EVENT_DATA_MAX - EVENT_NAME_MAX) {
		count(COUNT_TRUNCATED);
		return;
	}
	n = bpf_probe_read_kernel_str(s->data + data_offset(pos), EVENT_NAME_MAX, filename);
	if (n <= 1) {
		count(COUNT_UNREADABLE);
		return;
	}
	s->event.name_len = (__u16)n;
	s->pos = pos + (__u32)n;
	if (is_relative(s, pos))
		add_base(s, task, AT_FDCWD, &s->event.base_len);
	else
		s->event.flags |= EVENT_AT_ROOT;
}

static __always_inline int process_executed(struct task_struct *task, struct linux_binprm *bprm,
					    __u32 which)
{
	struct scratch *s;

	if (!tree_has((__u32)task->tgid))
		return 0;
	if (own_user_only && BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec)) {
		count(COUNT_FOREIGN_USER);
		tree_remove((__u32)task->tgid);
		return 0;
	}
	s = scratch_begin(which);
	if (!s)
		return 0;
	if (!compat_known && is_compat(task))
		count(COUNT_COMPAT);
	if (!view_enter(s, task))
		return 0;
	event_begin(s, EVENT_EXEC, (__u32)task->tgid);
	s->event.view = s->view;
	add_file(s, bprm->file);
	s->event.flags &= (__u16)~EVENT_CREATED;
	add_exec_name(s, task, bprm->filename);
	send_named(s, task);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return turn_mine(TRACEPOINT_EXEC, 0, false)
		       ? process_executed(task, bprm, preemptible ? SCRATCH_EXEC : SCRATCH_PROCESS)
		       : 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec_2, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return turn_mine(TRACEPOINT_EXEC, 1, true) ? process_executed(task, bprm, SCRATCH_EXEC_2)
						   : 0;
}

static __always_inline int process_exited(struct task_struct *task, __u32 which)
{
	struct scratch *s;

	if (BPF_CORE_READ(task, signal, live.counter) != 0 || !tree_has((__u32)task->tgid))
		return 0;
	tree_remove((__u32)task->tgid);
	s = scratch_begin(which);
	if (!s)
		return 0;
	event_begin(s, EVENT_EXIT, (__u32)task->tgid);
	event_send(s);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	return turn_mine(TRACEPOINT_EXIT, 0, false)
		       ? process_exited(task, preemptible ? SCRATCH_EXIT : SCRATCH_PROCESS)
		       : 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit_2, struct task_struct *task)
{
	return turn_mine(TRACEPOINT_EXIT, 1, true) ? process_exited(task, SCRATCH_EXIT_2) : 0;
}
