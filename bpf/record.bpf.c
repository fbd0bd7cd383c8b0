// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
/* record - the four entry points of the kernel side.
 *
 * sys_exit sees every system call of the machine, so it looks at the number first (a table), at
 * the tree second, and does the rest only for calls that name, open, map or list files in a
 * process of the tree. It runs at the end of the call: the arguments are still in pt_regs, the
 * strings are resident because the kernel has just read them, and the result is known.
 */
#include "vmlinux.h"

#include "emit.h"
#include "state.h"
#include "tree.h"
#include "walk.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Kernel constants that BTF does not carry (include/linux/fs.h, include/uapi/linux/fcntl.h,
 * arch/{x86,arm64}/include/asm/thread_info.h). The O_* values below are those of both. */
#define FMODE_CREATED       (1u << 20)
#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_SYMLINK_FOLLOW   0x400
#define O_CREAT             0100
#define O_WRONLY            1
#define O_RDWR              2
#define O_TRUNC             01000
#define O_PATH              010000000
#define __O_TMPFILE         020000000
#define MAP_ANONYMOUS       0x20
#define RENAME_EXCHANGE     2
#define ENOENT              2
#define ENOTDIR             20
#define TRACE_WRITE         (1 << 6)
#ifdef __TARGET_ARCH_x86
#define O_NOFOLLOW 0400000
#define TS_COMPAT  2
#else
#define O_NOFOLLOW 0100000
#define TIF_32BIT  22
#endif

static __always_inline bool is_compat(struct task_struct *task)
{
#ifdef __TARGET_ARCH_x86
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT;
#else
	return BPF_CORE_READ(task, thread_info.flags) & (1ul << TIF_32BIT);
#endif
}

#ifdef __TARGET_ARCH_x86
static __always_inline long call_number(struct pt_regs *regs)
{
	return (long)regs->orig_ax;
}

static __always_inline void read_args(struct pt_regs *regs, __u64 *args, bool compat)
{
	args[0] = compat ? (__u32)regs->bx : regs->di;
	args[1] = compat ? (__u32)regs->cx : regs->si;
	args[2] = compat ? (__u32)regs->dx : regs->dx;
	args[3] = compat ? (__u32)regs->si : regs->r10;
	args[4] = compat ? (__u32)regs->di : regs->r8;
	args[5] = compat ? (__u32)regs->bp : regs->r9;
}
#else
static __always_inline long call_number(struct pt_regs *regs)
{
	return regs->syscallno;
}

static __always_inline void read_args(struct pt_regs *regs, __u64 *args, bool compat)
{
	args[0] = compat ? (__u32)regs->orig_x0 : regs->orig_x0;
	for (int i = 1; i < 6; i++)
		args[i] = compat ? (__u32)regs->regs[i] : regs->regs[i];
}
#endif

static __always_inline __u64 arg(const struct scratch *s, __u8 i)
{
	return i < 6 ? s->args[i & 7] : 0;
}

/* The open file behind a descriptor of the current process, or NULL. */
static __always_inline struct file *file_of(struct task_struct *task, __u64 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **slots = BPF_CORE_READ(fdt, fd);
	struct file *file = 0;

	if ((__s32)fd < 0 || (__u32)fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), &slots[(__u32)fd]);
	return file;
}

/* Appends the path of a file. False when there is nothing that user space could use. */
static __always_inline bool add_file(struct scratch *s, __u32 which, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	enum step step;

	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		s->event.flags |= EVENT_CREATED;
	if (!BPF_CORE_READ(dentry, d_hash.pprev))
		s->event.flags |= EVENT_DELETED;
	step = walk_path(s, which, dentry, BPF_CORE_READ(file, f_path.mnt), &s->event.path_len);
	if (step == STEP_DETACHED)
		s->event.flags |= EVENT_DETACHED;
	return step == STEP_DONE;
}

/* Appends the directory that a relative name starts at. */
static __always_inline bool add_base(struct scratch *s, __u32 which, struct task_struct *task,
				     __s32 dirfd)
{
	struct dentry *dentry;
	struct vfsmount *mnt;
	enum step step;

	if (dirfd == AT_FDCWD) {
		dentry = BPF_CORE_READ(task, fs, pwd.dentry);
		mnt = BPF_CORE_READ(task, fs, pwd.mnt);
	} else {
		struct file *file = file_of(task, (__u32)dirfd);

		if (!file) {
			count(COUNT_UNREADABLE);
			return false;
		}
		dentry = BPF_CORE_READ(file, f_path.dentry);
		mnt = BPF_CORE_READ(file, f_path.mnt);
	}
	step = walk_path(s, which, dentry, mnt, &s->event.base_len);
	if (step == STEP_DETACHED)
		s->event.flags |= EVENT_DETACHED;
	return step == STEP_DONE;
}

/* Appends the name that the caller gave. 1: appended; 0: it gave none (NULL or ""); -1: lost. */
static __always_inline int add_user_name(struct scratch *s, __u64 address)
{
	__u32 pos = s->pos;
	long n;

	if (!address)
		return 0;
	if (pos >= EVENT_DATA_MAX - EVENT_NAME_MAX) {
		count(COUNT_TRUNCATED);
		return -1;
	}
	n = bpf_probe_read_user_str(s->data + data_offset(pos), EVENT_NAME_MAX, (void *)address);
	if (n <= 0) {
		count(COUNT_UNREADABLE);
		return -1;
	}
	if (n == 1)
		return 0;
	s->event.name_len = (__u16)n;
	s->pos = pos + (__u32)n;
	return 1;
}

static __always_inline bool is_relative(const struct scratch *s, __u32 pos)
{
	return s->data[data_offset(pos)] != '/';
}

/* Appends the name and, when it is relative, the base that it starts at. */
static __always_inline int add_name(struct scratch *s, __u32 which, struct task_struct *task,
				    __u64 address, __s32 dirfd)
{
	__u32 start = s->pos;
	int got = add_user_name(s, address);

	if (got <= 0)
		return got;
	if (!is_relative(s, start)) {
		s->event.flags |= EVENT_AT_ROOT;
		return 1;
	}
	return add_base(s, which, task, dirfd) ? 1 : -1;
}

/* Directory descriptor of a name: an argument, or the current directory. */
static __always_inline __s32 dir_of(const struct scratch *s, __u8 i)
{
	return i == CALL_ARG_NONE ? AT_FDCWD : (__s32)arg(s, i);
}

static __always_inline __u64 open_flags(const struct scratch *s, const struct call *call)
{
	__u64 flags = arg(s, call->flag_arg);

	if (call->flags & CALL_CREAT)
		return O_CREAT | O_WRONLY | O_TRUNC;
	if (call->flags & CALL_HOW) {
		__u64 how = 0;

		if (bpf_probe_read_user(&how, sizeof(how), (void *)flags) != 0)
			count(COUNT_UNREADABLE);
		return how;
	}
	return flags;
}

static __always_inline void on_open(struct scratch *s, struct task_struct *task,
				    const struct call *call)
{
	__u64 flags = open_flags(s, call);
	struct file *file = file_of(task, (__u64)s->ret);

	s->event.arg = flags;
	if (flags & O_NOFOLLOW)
		s->event.flags |= EVENT_NOFOLLOW;
	if (!(flags & O_PATH) && (flags & (O_WRONLY | O_RDWR | O_TRUNC)))
		s->event.op |= TRACE_WRITE;
	if (flags & __O_TMPFILE & ~(__u64)O_PATH)
		s->event.flags |= EVENT_TMPFILE;
	if (file && !add_file(s, SCRATCH_CALL, file) && !(s->event.flags & EVENT_DETACHED))
		return;
	if (call->name_arg == CALL_ARG_NONE) {
		if (!file)
			count(COUNT_UNREADABLE);
		else if (!(s->event.flags & EVENT_DETACHED))
			event_send(s);
		return;
	}
	if (add_name(s, SCRATCH_CALL, task, arg(s, call->name_arg), dir_of(s, call->dir_arg)) >= 0)
		event_send(s);
}

static __always_inline void on_fd(struct scratch *s, struct task_struct *task,
				  const struct call *call)
{
	struct file *file = file_of(task, arg(s, call->dir_arg));

	if (!file)
		count(COUNT_UNREADABLE); /* closed by another thread since */
	else if (add_file(s, SCRATCH_CALL, file))
		event_send(s);
	s->event.flags &= (__u16)~EVENT_CREATED;
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

	if (walk_path(s, SCRATCH_CALL, dentry, mnt, &s->event.path_len) != STEP_DONE)
		return;
	start = s->pos;
	got = add_user_name(s, arg(s, call->name_arg));
	if (got > 0 && !is_relative(s, start)) {
		s->event.flags |= EVENT_AT_ROOT;
	} else {
		s->event.name_len = 0;
		s->pos = start;
	}
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

/* The second path of rename and link: the name that the call made. */
static __always_inline void on_second(struct scratch *s, struct task_struct *task,
				      const struct call *call)
{
	__u16 exchange = s->event.flags & EVENT_EXCHANGE;

	event_begin(s, EVENT_NAME, (__u32)BPF_CORE_READ(task, tgid));
	s->event.op = TRACE_WRITE;
	s->event.flags = EVENT_MADE | EVENT_NOFOLLOW | exchange;
	if (add_name(s, SCRATCH_CALL, task, arg(s, call->name2_arg), dir_of(s, call->dir2_arg)) > 0)
		event_send(s);
}

static __always_inline void on_name(struct scratch *s, struct task_struct *task,
				    const struct call *call)
{
	bool two = call->name2_arg != CALL_ARG_NONE;

	s->event.kind = EVENT_NAME;
	if (follows_not(s, call))
		s->event.flags |= EVENT_NOFOLLOW;
	if (call->flags & CALL_REMOVED)
		s->event.flags |= EVENT_REMOVED;
	if ((call->flags & CALL_MADE) && !two)
		s->event.flags |= EVENT_MADE;
	if ((call->flags & CALL_RENAME_FLAGS) && (arg(s, call->flag_arg) & RENAME_EXCHANGE))
		s->event.flags |= EVENT_EXCHANGE;
	if (add_name(s, SCRATCH_CALL, task, arg(s, call->name_arg), dir_of(s, call->dir_arg)) > 0)
		event_send(s);
	if (two)
		on_second(s, task, call);
}

static __always_inline void on_miss(struct scratch *s, struct task_struct *task,
				    const struct call *call)
{
	s->event.kind = EVENT_MISS;
	if (add_name(s, SCRATCH_CALL, task, arg(s, call->name_arg), dir_of(s, call->dir_arg)) > 0)
		event_send(s);
}

static __always_inline void on_success(struct scratch *s, struct task_struct *task,
				       const struct call *call)
{
	switch (call->kind) {
	case CALL_OPEN:
		on_open(s, task, call);
		break;
	case CALL_NAME:
		on_name(s, task, call);
		break;
	case CALL_CHDIR:
		on_chdir(s, task, call);
		break;
	case CALL_MMAP:
		if (arg(s, call->flag_arg) & MAP_ANONYMOUS)
			break;
		on_fd(s, task, call);
		break;
	case CALL_FD:
		on_fd(s, task, call);
		break;
	case CALL_UNTRACED:
		count(COUNT_UNTRACED);
		break;
	}
}

/* mmap returns addresses, which may look negative as a compat call: an error is -4095…-1. */
static __always_inline bool is_error(long ret)
{
	return (unsigned long)ret >= (unsigned long)-4095;
}

static __always_inline void on_call(struct task_struct *task, struct pt_regs *regs,
				    const struct call *call, bool compat, long ret)
{
	struct scratch *s = scratch_get(SCRATCH_CALL);

	if (!s) {
		count(COUNT_SCRATCH);
		return;
	}
	read_args(regs, s->args, compat);
	s->ret = ret;
	event_begin(s, EVENT_FILE, (__u32)BPF_CORE_READ(task, tgid));
	s->event.op = call->op;
	tree_check_view(task);
	if (!is_error(ret))
		on_success(s, task, call);
	else if ((ret == -ENOENT || ret == -ENOTDIR) && call->name_arg != CALL_ARG_NONE)
		on_miss(s, task, call);
}

static __always_inline void on_mark(struct task_struct *task, struct pt_regs *regs)
{
	__u64 args[6];

	read_args(regs, args, false);
	if (cookie && args[1] == cookie)
		tree_seed(task);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(sys_exit, struct pt_regs *regs, long ret)
{
	long nr = call_number(regs);
	struct task_struct *task;
	struct call call;
	bool compat;

	/* -1: a signal or a tracer has taken the call away */
	if (nr < 0 || nr >= CALL_NR_MAX)
		return 0;
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
	if (compat && !compat_known)
		count(COUNT_COMPAT);
	call = compat ? calls32[nr] : calls[nr];
	if (call.kind && call.kind != CALL_MARK)
		on_call(task, regs, &call, compat, compat ? (__s32)ret : ret);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
	struct scratch *s;

	if (parent->tgid == child->tgid || !tree_has((__u32)parent->tgid))
		return 0;
	tree_add((__u32)child->tgid);
	s = scratch_get(SCRATCH_PROCESS);
	if (!s) {
		count(COUNT_SCRATCH);
		return 0;
	}
	event_begin(s, EVENT_FORK, (__u32)parent->tgid);
	s->event.arg = (__u32)child->tgid;
	event_send(s);
	return 0;
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
		add_base(s, SCRATCH_PROCESS, task, AT_FDCWD);
	else
		s->event.flags |= EVENT_AT_ROOT;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct scratch *s;

	if (!tree_has((__u32)task->tgid))
		return 0;
	if (own_user_only && BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec)) {
		count(COUNT_FOREIGN_USER);
		tree_remove((__u32)task->tgid);
		return 0;
	}
	s = scratch_get(SCRATCH_PROCESS);
	if (!s) {
		count(COUNT_SCRATCH);
		return 0;
	}
	event_begin(s, EVENT_EXEC, (__u32)task->tgid);
	tree_check_view(task);
	add_file(s, SCRATCH_PROCESS, bprm->file);
	s->event.flags &= (__u16)~EVENT_CREATED;
	add_exec_name(s, task, bprm->filename);
	event_send(s);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
	struct scratch *s;

	if (BPF_CORE_READ(task, signal, live.counter) != 0 || !tree_has((__u32)task->tgid))
		return 0;
	tree_remove((__u32)task->tgid);
	s = scratch_get(SCRATCH_PROCESS);
	if (!s) {
		count(COUNT_SCRATCH);
		return 0;
	}
	event_begin(s, EVENT_EXIT, (__u32)task->tgid);
	event_send(s);
	return 0;
}
