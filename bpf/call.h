/* call - what an ended system call said: its arguments, in both widths, and the paths of the
 * descriptors and names among them, appended to the record.
 *
 * What many calls need is a function of its own (not static): the verifier checks it once, and the
 * processor finds it in a cache more often than a copy for each kind of call. They take the number
 * of the working memory, because Linux 5.10 lets such functions have numbers only.
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
#define AT_EMPTY_PATH       0x1000
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

/* The current process's fdtable, as far as it is needed. */
struct table {
	__u32 max_fds, unused;
	struct file **fd;
};

static __always_inline struct table table_of(struct task_struct *task)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct table ret = {0};

	/* In all kernels so far they lie so that one look fetches both. */
	if (bpf_core_field_offset(struct fdtable, fd) ==
	    bpf_core_field_offset(struct fdtable, max_fds) + __builtin_offsetof(struct table, fd)) {
		bpf_probe_read_kernel(&ret, sizeof(ret),
				      (char *)fdt + bpf_core_field_offset(struct fdtable, max_fds));
	} else {
		ret.max_fds = BPF_CORE_READ(fdt, max_fds);
		ret.fd = BPF_CORE_READ(fdt, fd);
	}
	return ret;
}

/* The open file behind a descriptor of the current process, or NULL. */
static __always_inline struct file *file_of(struct task_struct *task, __u64 fd)
{
	struct table table = table_of(task);
	struct file *file = 0;

	if ((__s32)fd < 0 || (__u32)fd >= table.max_fds)
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), &table.fd[(__u32)fd]);
	return file;
}

static __always_inline struct path path_of_file(struct file *file)
{
	struct path ret = {0};

	bpf_core_read(&ret, sizeof(ret), &file->f_path);
	return ret;
}

/* Appends the path of the struct file at the address. False when there is nothing that user space
 * could use. */
__noinline int add_file(__u32 which, __u64 address)
{
	struct scratch *s = scratch_get(which);
	struct file *file = (void *)address;
	struct path path;
	enum step step;

	if (!s)
		return false;
	path = path_of_file(file);
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED)
		s->event.flags |= EVENT_CREATED;
	if (!BPF_CORE_READ(path.dentry, d_hash.pprev))
		s->event.flags |= EVENT_DELETED;
	s->event.dev = BPF_CORE_READ(path.dentry, d_sb, s_dev);
	step = walk_path(s, path.dentry, path.mnt, &s->event.path_len);
	if (step == STEP_DETACHED)
		s->event.flags |= EVENT_DETACHED;
	return step == STEP_DONE;
}

static __always_inline struct path current_directory(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct path ret = {0};

	bpf_core_read(&ret, sizeof(ret), &fs->pwd);
	return ret;
}

static __always_inline struct path current_root(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct path ret = {0};

	bpf_core_read(&ret, sizeof(ret), &fs->root);
	return ret;
}

/* Appends the directory that a relative name starts at. Its bytes, or -1: counted as lost. */
__noinline int add_base(__u32 which, __s32 dirfd)
{
	struct scratch *s = scratch_get(which);
	struct path path;
	__u16 len = 0;

	if (!s)
		return -1;
	if (dirfd == AT_FDCWD) {
		path = current_directory();
	} else {
		struct file *file = file_of((void *)bpf_get_current_task(), (__u32)dirfd);

		if (!file) {
			count(COUNT_UNREADABLE);
			return -1;
		}
		path = path_of_file(file);
	}
	if (!s->event.path_len)
		s->event.dev = BPF_CORE_READ(path.dentry, d_sb, s_dev);
	switch (walk_path(s, path.dentry, path.mnt, &len)) {
	case STEP_DONE:
		return len;
	case STEP_DETACHED: /* nothing can be looked up there */
		count(COUNT_ESCAPED);
		return -1;
	default:
		return -1;
	}
}

/* Appends the name that the caller gave. Its bytes; 0: it gave none (NULL or ""); -1: lost. */
__noinline int add_user_name(__u32 which, __u64 address)
{
	struct scratch *s = scratch_get(which);
	__u32 pos;
	long n;

	if (!s || !address)
		return 0;
	pos = s->pos;
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
	s->pos = pos + (__u32)n;
	return (int)n;
}

static __always_inline bool is_relative(const struct scratch *s, __u32 pos)
{
	return s->data[data_offset(pos)] != '/';
}

/* Appends the name and, when it is relative, the base that it starts at. 1: appended; 0: there is
 * none; -1: lost. */
__noinline int add_name(__u32 which, __u64 address, __s32 dirfd)
{
	struct scratch *s = scratch_get(which);
	__u32 start;
	int got;

	if (!s)
		return -1;
	start = s->pos;
	got = add_user_name(which, address);
	if (got <= 0)
		return got;
	s->event.name_len = (__u16)got;
	if (!is_relative(s, start)) {
		s->event.flags |= EVENT_AT_ROOT;
		return 1;
	}
	got = add_base(which, dirfd);
	if (got < 0)
		return -1;
	s->event.base_len = (__u16)got;
	return 1;
}

/* Sends a record whose names user space resolves, with the process's root directory as its last
 * string where that is not the view's own. */
__noinline int send_named(__u32 which)
{
	struct scratch *s = scratch_get(which);
	struct path root = current_root();

	if (!s)
		return 0;
	if (s->view || (__u64)root.dentry != seeded_root_dentry ||
	    (__u64)root.mnt - bpf_core_field_offset(struct mount, mnt) != seeded_root_mnt) {
		s->event.flags |= EVENT_ROOTED;
		if (walk_path(s, root.dentry, root.mnt, &s->event.root_len) != STEP_DONE)
			return 0;
	}
	return event_send(which);
}

static __always_inline __u64 arg(const struct scratch *s, __u8 i)
{
	return i < 6 ? s->args[i & 7] : 0;
}

/* Directory descriptor of a name: an argument, or the current directory. */
static __always_inline __s32 dir_of(const struct scratch *s, __u8 i)
{
	return i == CALL_ARG_NONE ? AT_FDCWD : (__s32)arg(s, i);
}

static __always_inline struct how open_how(const struct scratch *s)
{
	struct how how = {.flags = arg(s, s->call.flag_arg)};

	if (s->call.flags & CALL_CREAT)
		how.flags = O_CREAT | O_WRONLY | O_TRUNC;
	if ((s->call.flags & CALL_HOW) &&
	    bpf_probe_read_user(&how, sizeof(how), (void *)how.flags) != 0)
		count(COUNT_UNREADABLE);
	return how;
}
