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
__noinline int send_in_root(__u32 which)
{
	struct scratch *s = scratch_get(which);
	int got;

	if (!s)
		return 0;
	s->event.flags |= EVENT_ROOTED;
	got = add_user_name(which, arg(s, s->call.name_arg));
	if (got <= 0)
		return 0;
	s->event.name_len = (__u16)got;
	got = add_base(which, dir_of(s, s->call.dir_arg));
	if (got < 0)
		return 0;
	s->event.base_len = (__u16)got;
	got = add_base(which, dir_of(s, s->call.dir_arg));
	if (got < 0)
		return 0;
	s->event.root_len = (__u16)got;
	return event_send(which);
}

/* --- by kind of call; each is checked by itself (call.h) --------------------------------------- */

__noinline int on_open(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct how how;
	struct file *file;

	if (!s)
		return 0;
	how = open_how(s);
	file = file_of((void *)bpf_get_current_task(), (__u64)s->ret);
	s->event.arg = how.flags;
	if (how.flags & O_NOFOLLOW)
		s->event.flags |= EVENT_NOFOLLOW;
	if (!(how.flags & O_PATH) && (how.flags & (O_WRONLY | O_RDWR | O_TRUNC)))
		s->event.op |= TRACE_WRITE;
	if (how.flags & __O_TMPFILE & ~(__u64)O_PATH)
		s->event.flags |= EVENT_TMPFILE;
	if (file && !add_file(which, (__u64)file) && !(s->event.flags & EVENT_DETACHED))
		return 0;
	if (s->call.name_arg == CALL_ARG_NONE) {
		if (!file)
			count(COUNT_UNREADABLE);
		else if (!(s->event.flags & EVENT_DETACHED))
			event_send(which);
	} else if (how.resolve & RESOLVE_IN_ROOT) {
		send_in_root(which);
	} else if (add_name(which, arg(s, s->call.name_arg), dir_of(s, s->call.dir_arg)) >= 0) {
		send_named(which);
	}
	return 0;
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

/* Calls on a descriptor. */
__noinline int on_fd(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct file *file;

	if (!s)
		return 0;
	file = file_of((void *)bpf_get_current_task(), arg(s, s->call.dir_arg));
	if (s->call.kind == CALL_MMAP && file && is_ring(file))
		count(COUNT_UNTRACED);
	else if (!file)
		count(COUNT_UNREADABLE); /* closed by another thread since */
	else if (add_file(which, (__u64)file))
		event_send(which);
	return 0;
}

/* When chdir returns, the current directory is already the new one: a relative name says nothing
 * any more, the directory itself says all. */
__noinline int on_chdir(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct path path = current_directory();
	__u32 start;
	int got;

	if (!s)
		return 0;
	s->event.dev = BPF_CORE_READ(path.dentry, d_sb, s_dev);
	if (walk_path(s, path.dentry, path.mnt, &s->event.path_len) != STEP_DONE)
		return 0;
	start = s->pos;
	got = add_user_name(which, arg(s, s->call.name_arg));
	if (got > 0 && !is_relative(s, start)) {
		s->event.name_len = (__u16)got;
		s->event.flags |= EVENT_AT_ROOT;
	} else {
		s->pos = start;
	}
	return send_named(which);
}

/* The same for the root directory; of its own name nothing can be said any more. */
__noinline int on_chroot(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct path path = current_root();

	if (!s)
		return 0;
	s->event.dev = BPF_CORE_READ(path.dentry, d_sb, s_dev);
	if (walk_path(s, path.dentry, path.mnt, &s->event.path_len) == STEP_DONE)
		event_send(which);
	return 0;
}

static __always_inline bool follows_not(const struct scratch *s)
{
	const struct call *call = &s->call;

	if (call->flags & CALL_NOFOLLOW)
		return true;
	if (call->flag_arg == CALL_ARG_NONE || (call->flags & CALL_RENAME_FLAGS))
		return false;
	if (call->flags & CALL_FOLLOW_FLAG)
		return !(arg(s, call->flag_arg) & AT_SYMLINK_FOLLOW);
	return arg(s, call->flag_arg) & AT_SYMLINK_NOFOLLOW;
}

/* Appends the second string: the name that rename and link make, or what a symlink holds. */
__noinline int add_second(__u32 which)
{
	struct scratch *s = scratch_get(which);
	__u32 start;
	int got;

	if (!s)
		return false;
	if (s->call.name2_arg == CALL_ARG_NONE)
		return true;
	start = s->pos;
	got = add_user_name(which, arg(s, s->call.name2_arg));
	if (got <= 0)
		return false;
	s->event.name2_len = (__u16)got;
	if (s->call.kind == CALL_SYMLINK) {
		s->event.flags |= EVENT_SYMLINK;
		return true;
	}
	if (!is_relative(s, start))
		return true;
	s->event.flags |= EVENT_BASE2;
	got = add_base(which, dir_of(s, s->call.dir2_arg));
	if (got < 0)
		return false;
	s->event.base2_len = (__u16)got;
	return true;
}

/* The file type that a call of the stat family has just told its caller: what it says of a name that
 * was followed is of no use. */
static __always_inline void add_mode(struct scratch *s)
{
	bool statx = s->call.flag_arg == 2;
	__u32 mode = 0;

	if (!(s->call.flags & CALL_STAT) || (s->compat && !statx) ||
	    !(s->event.flags & EVENT_NOFOLLOW))
		return;
	if (statx)
		bpf_probe_read_user(&mode, 2, (void *)(arg(s, STATX_ARG) + STATX_MODE));
	else
		bpf_probe_read_user(&mode, 4, (void *)(arg(s, s->call.name_arg + 1) + STAT_MODE));
	s->event.mode = mode;
}

static __always_inline __u16 name_flags(const struct scratch *s)
{
	const struct call *call = &s->call;
	__u64 given = call->flag_arg == CALL_ARG_NONE ? 0 : arg(s, call->flag_arg);
	__u16 flags = 0;

	if (follows_not(s))
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
static __always_inline __u64 thread_arg(const struct scratch *s)
{
	return s->thread << 32;
}

__noinline int on_name(__u32 which)
{
	struct scratch *s = scratch_get(which);
	int got;

	if (!s)
		return 0;
	s->event.kind = EVENT_NAME;
	s->event.arg = thread_arg(s);
	s->event.flags = name_flags(s);
	add_mode(s);
	got = add_name(which, arg(s, s->call.name_arg), dir_of(s, s->call.dir_arg));
	/* No name is a call on a descriptor; its second path, if any, still counts. */
	if (got < 0 || (got == 0 && s->call.name2_arg == CALL_ARG_NONE))
		return 0;
	return add_second(which) ? send_named(which) : 0;
}

/* A call that failed: either nothing was there (ENOENT, ENOTDIR), or something was in its way. */
__noinline int on_failure(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct how how = {0};
	bool is_open;

	if (!s)
		return 0;
	s->event.kind = EVENT_MISS;
	s->event.arg = thread_arg(s) | (__u64)-s->ret;
	is_open = s->call.kind == CALL_OPEN;
	if (is_open)
		how = open_how(s);
	/* Refused before anything was looked at: out of bounds (RESOLVE_BENEATH and others), or a
	 * readlink into a buffer of no size. */
	if ((how.resolve && (s->ret == -EXDEV || s->ret == -ELOOP)) ||
	    (s->ret == -EINVAL && (__s32)arg(s, s->call.name_arg + 2) <= 0))
		return 0;
	if (is_open ? how.flags & (O_NOFOLLOW | O_EXCL) : follows_not(s))
		s->event.flags |= EVENT_NOFOLLOW;
	if (how.resolve & RESOLVE_IN_ROOT)
		send_in_root(which);
	else if (add_name(which, arg(s, s->call.name_arg), dir_of(s, s->call.dir_arg)) > 0)
		send_named(which);
	return 0;
}

static __always_inline void on_success(struct scratch *s, __u32 which)
{
	switch (s->call.kind) {
	case CALL_OPEN:
		on_open(which);
		break;
	case CALL_NAME:
	case CALL_SYMLINK:
	case CALL_RMDIR:
		on_name(which);
		break;
	case CALL_CHDIR:
		on_chdir(which);
		break;
	case CALL_CHROOT:
		on_chroot(which);
		break;
	case CALL_RECEIVE:
		on_receive(s, arg(s, 1), 1, s->compat);
		break;
	case CALL_RECEIVES:
		on_receive(s, arg(s, 1), (__u32)s->ret, s->compat);
		break;
	case CALL_SOCKETS:
		on_socketcall(s);
		break;
	case CALL_MMAP:
	case CALL_FD:
		on_fd(which);
		break;
	}
}

/* Calls that say something about the whole trace and not about a file. */
__noinline int on_other_call(__u32 kind)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mnt_namespace *ns = BPF_CORE_READ(task, nsproxy, mnt_ns);

	switch (kind) {
	case CALL_UNTRACED:
		count(COUNT_UNTRACED);
		break;
	case CALL_UNKNOWN:
		count(COUNT_UNKNOWN);
		break;
	case CALL_UNSHARE:
		view_made(ns);
		break;
	case CALL_SETNS:
		if (view_is_others(ns))
			count(COUNT_FOREIGN_NS);
		break;
	}
	return 0;
}

static __always_inline bool is_other_call(__u8 kind)
{
	return kind == CALL_UNTRACED || kind == CALL_UNKNOWN || kind == CALL_UNSHARE ||
	       kind == CALL_SETNS;
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

/* fstat and what else names nothing: a third of the calls of a program that imports much. */
static __always_inline bool is_nameless(const struct scratch *s)
{
	char first = 1;

	if (s->call.kind != CALL_NAME || s->call.name2_arg != CALL_ARG_NONE ||
	    s->call.flag_arg == CALL_ARG_NONE || !(arg(s, s->call.flag_arg) & AT_EMPTY_PATH))
		return false;
	bpf_probe_read_user(&first, 1, (void *)arg(s, s->call.name_arg));
	return !first;
}

/* Whether the call, of a process of the tree, is one to be told of; that is looked at before
 * anything is made ready. */
static __always_inline bool is_of_interest(const struct scratch *s)
{
	if (is_error(s->ret))
		return tells(-s->ret, &s->call);
	if (s->call.kind == CALL_MMAP)
		return !(arg(s, s->call.flag_arg) & MAP_ANONYMOUS);
	return !is_nameless(s);
}

static __always_inline void on_call(struct scratch *s, struct task_struct *task, __u32 which)
{
	if (!is_of_interest(s))
		return;
	if (is_other_call(s->call.kind)) {
		on_other_call(s->call.kind);
		return;
	}
	if (!view_enter(s, task))
		return;
	event_begin(s, EVENT_FILE, s->tgid);
	s->event.op = s->call.op;
	s->event.view = s->view;
	if (!is_error(s->ret))
		on_success(s, which);
	else
		on_failure(which);
}

static __always_inline void on_mark(struct pt_regs *regs)
{
	__u64 args[6];

	read_args(regs, args, false);
	if (cookie && args[1] == cookie)
		tree_seed((void *)bpf_get_current_task());
}

/* A call beyond the tables. The x32 interface has the numbers of the 64-bit one with a bit set, but
 * not quite. */
static __always_inline void on_beyond(long nr, long ret)
{
	if (!is_error(ret) && tree_has(bpf_get_current_pid_tgid() >> 32))
		count(nr & X32_BIT ? COUNT_COMPAT : COUNT_UNKNOWN);
}

/* A call of a process that may be of the tree. */
static __always_inline void maybe_call(struct pt_regs *regs, long nr, long ret, __u64 current,
				       __u8 look, __u32 which)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	bool compat = is_compat(task);
	struct scratch *s;

	if (!(look & (compat ? LOOK_COMPAT : LOOK_NATIVE)))
		return;
	s = scratch_begin(which);
	if (!s || !tree_has_current(s, current >> 32))
		return;
	s->call = compat ? calls[nr].compat : calls[nr].native;
	s->compat = compat;
	s->thread = (__u32)current;
	s->ret = compat ? (__s32)ret : ret;
	read_args(regs, s->args, compat);
	on_call(s, task, which);
}

static __always_inline int call_ended(struct pt_regs *regs, long ret, __u32 which)
{
	long nr = call_number(regs);
	__u64 current;
	__u8 look;

	/* -1: a signal or a tracer has taken the call away */
	if (nr < 0)
		return 0;
	if (nr >= CALL_NR_MAX) {
		on_beyond(nr, ret);
		return 0;
	}
	look = looks[nr];
	if (!look)
		return 0;
	if (look & LOOK_MARK)
		on_mark(regs);
	current = bpf_get_current_pid_tgid();
	if (tree_traces[(current >> 32) % TREE_TRACES])
		maybe_call(regs, nr, ret, current, look, which);
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
	return event_send(which);
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
static __always_inline void add_exec_name(struct scratch *s, const char *filename)
{
	__u32 pos = s->pos;
	long n;
	int got;

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
	if (!is_relative(s, pos)) {
		s->event.flags |= EVENT_AT_ROOT;
		return;
	}
	got = add_base(s->which, AT_FDCWD);
	if (got >= 0)
		s->event.base_len = (__u16)got;
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
	add_file(which, (__u64)BPF_CORE_READ(bprm, file)); /* read as a number (call.h) */
	s->event.flags &= (__u16)~EVENT_CREATED;
	add_exec_name(s, bprm->filename);
	send_named(which);
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
	return event_send(which);
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
