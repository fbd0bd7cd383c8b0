/* call - what an ended system call said: its arguments, in both widths, and the paths of the
 * descriptors and names among them, appended to the record.
 */
#pragma once

#include "emit.h"
#include "state.h"
#include "view.h"
#include "walk.h"

/* Kernel constants that BTF does not carry (include/linux/fs.h, include/uapi/linux/fcntl.h,
 * arch/{x86,arm64}/include/asm/thread_info.h). The O_* values below are those of both. */
#define FMODE_CREATED       (1u << 20)
#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_SYMLINK_FOLLOW   0x400
#define O_CREAT             0100
#define O_EXCL              0200
#define O_WRONLY            1
#define O_RDWR              2
#define O_TRUNC             01000
#define O_PATH              010000000
#define __O_TMPFILE         020000000
#define MAP_ANONYMOUS       0x20
#define RENAME_EXCHANGE     2
#define AT_REMOVEDIR        0x200
#define RESOLVE_IN_ROOT     0x10
#define TRACE_OPEN          (1 << 0)
#define TRACE_READLINK      (1 << 5)
#define TRACE_WRITE         (1 << 6)
#ifdef __TARGET_ARCH_x86
#define O_NOFOLLOW 0400000
#define TS_COMPAT  2
#define X32_BIT    0x40000000
#define STAT_MODE  24 /* of st_mode in struct stat */
#else
#define O_NOFOLLOW 0100000
#define TIF_32BIT  22
#define X32_BIT    0
#define STAT_MODE  16
#endif
#define STATX_MODE 28
#define STATX_ARG  4

/* Errors behind which something is known of the name (include/uapi/asm-generic/errno*.h): EPERM,
 * ENOENT, ENXIO, ENOEXEC, EACCES, EBUSY, EEXIST, EXDEV, ENODEV, ENOTDIR, EISDIR, ETXTBSY, EFBIG,
 * EROFS, ERANGE, ENOTEMPTY, ELOOP, ENODATA. */
#define ERROR(n) (1ull << (n))
#define TELLING                                                                              \
	(ERROR(1) | ERROR(2) | ERROR(6) | ERROR(8) | ERROR(13) | ERROR(16) | ERROR(17) |     \
	 ERROR(18) | ERROR(19) | ERROR(20) | ERROR(21) | ERROR(26) | ERROR(27) | ERROR(30) | \
	 ERROR(34) | ERROR(39) | ERROR(40) | ERROR(61))
#define EXDEV      18
#define EINVAL     22
#define ELOOP      40
#define EOVERFLOW  75
#define EOPNOTSUPP 95

/* struct open_how of openat2 */
struct how {
	__u64 flags, mode, resolve;
};

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
static __always_inline bool add_file(struct scratch *s, struct file *file)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	enum step step;

	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		s->event.flags |= EVENT_CREATED;
	if (!BPF_CORE_READ(dentry, d_hash.pprev))
		s->event.flags |= EVENT_DELETED;
	s->event.dev = BPF_CORE_READ(dentry, d_sb, s_dev);
	step = walk_path(s, dentry, BPF_CORE_READ(file, f_path.mnt), &s->event.path_len);
	if (step == STEP_DETACHED)
		s->event.flags |= EVENT_DETACHED;
	return step == STEP_DONE;
}

/* Appends the directory that a relative name starts at. */
static __always_inline bool add_base(struct scratch *s, struct task_struct *task, __s32 dirfd,
				     __u16 *len)
{
	struct dentry *dentry;
	struct vfsmount *mnt;

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
	if (!s->event.path_len)
		s->event.dev = BPF_CORE_READ(dentry, d_sb, s_dev);
	switch (walk_path(s, dentry, mnt, len)) {
	case STEP_DONE:
		return true;
	case STEP_DETACHED: /* nothing can be looked up there */
		count(COUNT_ESCAPED);
		return false;
	default:
		return false;
	}
}

/* Appends the name that the caller gave. 1: appended; 0: it gave none (NULL or ""); -1: lost. */
static __always_inline int add_user_name(struct scratch *s, __u64 address, __u16 *len)
{
	__u32 pos = s->pos;
	long n;

	if (!address)
		return 0;
	if (pos >= EVENT_DATA_MAX - EVENT_NAME_MAX) {
		count(COUNT_TRUNCATED);
		return -1;
	}
	/* Bytes with the NUL; but for "" older kernels say 0, not 1 (mm/maccess.c). */
	n = bpf_probe_read_user_str(s->data + data_offset(pos), EVENT_NAME_MAX, (void *)address);
	if (n < 0) {
		count(COUNT_UNREADABLE);
		return -1;
	}
	if (n <= 1)
		return 0;
	*len = (__u16)n;
	s->pos = pos + (__u32)n;
	return 1;
}

static __always_inline bool is_relative(const struct scratch *s, __u32 pos)
{
	return s->data[data_offset(pos)] != '/';
}

/* Appends the name and, when it is relative, the base that it starts at. */
static __always_inline int add_name(struct scratch *s, struct task_struct *task, __u64 address,
				    __s32 dirfd)
{
	__u32 start = s->pos;
	int got = add_user_name(s, address, &s->event.name_len);

	if (got <= 0)
		return got;
	if (!is_relative(s, start)) {
		s->event.flags |= EVENT_AT_ROOT;
		return 1;
	}
	return add_base(s, task, dirfd, &s->event.base_len) ? 1 : -1;
}

/* Appends the process's root directory where that is not the view's own. */
static __always_inline bool add_root(struct scratch *s, struct task_struct *task)
{
	struct dentry *dentry = BPF_CORE_READ(task, fs, root.dentry);
	struct vfsmount *mnt = BPF_CORE_READ(task, fs, root.mnt);

	if (!s->view && (__u64)dentry == seeded_root_dentry &&
	    (__u64)mnt - bpf_core_field_offset(struct mount, mnt) == seeded_root_mnt)
		return true;
	s->event.flags |= EVENT_ROOTED;
	return walk_path(s, dentry, mnt, &s->event.root_len) == STEP_DONE;
}

/* The last string of a record whose names user space resolves. */
static __always_inline void send_named(struct scratch *s, struct task_struct *task)
{
	if (add_root(s, task))
		event_send(s);
}

/* Directory descriptor of a name: an argument, or the current directory. */
static __always_inline __s32 dir_of(const struct scratch *s, __u8 i)
{
	return i == CALL_ARG_NONE ? AT_FDCWD : (__s32)arg(s, i);
}

static __always_inline struct how open_how(const struct scratch *s, const struct call *call)
{
	struct how how = {.flags = arg(s, call->flag_arg)};

	if (call->flags & CALL_CREAT)
		how.flags = O_CREAT | O_WRONLY | O_TRUNC;
	if ((call->flags & CALL_HOW) &&
	    bpf_probe_read_user(&how, sizeof(how), (void *)how.flags) != 0)
		count(COUNT_UNREADABLE);
	return how;
}
