/* event - what crosses from the kernel side (bpf/) to user space (src/trace/), and back.
 *
 * Towards user space: records in one ring buffer, each a struct event and its strings, in the order
 * of their lengths there. Towards the kernel: the call tables and limits, as read-only data that
 * is set once before loading (the kernel side knows no system call by number), and the counters.
 *
 * Views. The tree's first process and the recorder see the same mounts; that is view 0, and every
 * path in it is the recorder's own. A process in another mount namespace sees other mounts: the
 * kernel side then sends all of them (EVENT_MOUNT) under a new number before the first record
 * that needs them, and again whenever they have changed. Paths of such a record count from the
 * top of that namespace. A process with another root directory (chroot) stays in its view; its
 * records carry `root`.
 *
 * Wire structs: fixed-width types, no padding, sizes asserted. Plain __u32 and friends, because
 * the generated skeleton repeats these types in user space.
 */
#pragma once

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* --- kernel → user -------------------------------------------------------------------------- */

enum event_kind {
	EVENT_FILE = 1, /* a call on a file that the kernel side could walk to; `path` is set */
	EVENT_NAME,     /* a call that succeeded on a name only: user space resolves it */
	EVENT_MISS,     /* a look-up that failed; errno in arg: ENOENT, ENOTDIR, or what says that
	                   something is there, if it is (bpf/call.h: TELLING) */
	EVENT_FORK,     /* a new process; arg = its pid */
	EVENT_EXEC,     /* a successful execve; `path` the file that runs, `name` what was asked */
	EVENT_EXIT,     /* the last thread of a process is gone */
	EVENT_MOUNT,    /* one mount of a view: `path` its mount point, `root` what of its file
	                   system it shows, arg = parent's id << 32 | id; parents come first */
};

enum event_flag {
	EVENT_CREATED = 1 << 0,  /* the call made the file (FMODE_CREATED) */
	EVENT_DELETED = 1 << 1,  /* the dentry is unhashed: the file has no name any more */
	EVENT_DETACHED = 1 << 2, /* not below any mount tree: memfd, pipe, anonymous inode */
	EVENT_NOFOLLOW = 1 << 3, /* the last component was not followed if it is a symlink */
	EVENT_MADE = 1 << 4,     /* the call made this name (mkdir, symlink, link, rename to …) */
	EVENT_REMOVED = 1 << 5,  /* the call took this name away (unlink, rename from …) */
	EVENT_AT_ROOT = 1 << 6,  /* no base was sent: `name` is absolute, from `root` on */
	EVENT_TMPFILE = 1 << 7,  /* O_TMPFILE: `name` is the directory, the file has none */
	EVENT_EXCHANGE = 1 << 8, /* renameat2(RENAME_EXCHANGE) */
	EVENT_ROOTED = 1 << 9,   /* `root` was sent: not the view's own */
	EVENT_SYMLINK = 1 << 10, /* made a symlink; `name2` is what it holds */
	EVENT_RMDIR = 1 << 11,   /* what was removed was a directory */
	EVENT_MEMORY = 1 << 12,  /* EVENT_MOUNT: lives in memory only (tmpfs, ramfs) */
	EVENT_KERNEL = 1 << 13,  /* EVENT_MOUNT: the kernel's own (proc, sysfs, devpts …) */
	EVENT_BASE2 = 1 << 14,   /* `base2` was sent: `name2` is relative */
};

struct event {
	__u8 kind;      /* enum event_kind */
	__u8 op;        /* enum trace_op: what was done */
	__u16 flags;    /* enum event_flag */
	__u32 tgid;     /* process, in the initial PID namespace */
	__u64 time_ns;  /* CLOCK_MONOTONIC */
	__u64 arg;      /* EVENT_FORK: the child; open family: the flags argument; EVENT_NAME and
	                   EVENT_MISS: the thread << 32, with errno below */
	__u32 view;     /* which mounts the paths are meant in; 0: the recorder's own */
	__u32 dev;      /* device of the file system of `path`, or without one of `base` */
	__u32 mode;     /* st_mode as the call itself gave it (stat family); 0: not known */
	__u16 path_len; /* bytes of `path`: components from the leaf to the root, each NUL-ended */
	__u16 name_len; /* bytes of `name` as the caller gave it, with its NUL */
	__u16 base_len; /* bytes of `base`, like `path`: where a relative name starts */
	__u16 name2_len, base2_len; /* the second path of rename and link, like the first */
	__u16 root_len;             /* bytes of `root`, like `path`: the process's root directory */
};

_Static_assert(sizeof(struct event) == 48, "struct event has no padding");

static inline __u32 event_data_len(const struct event *ev)
{
	return (__u32)ev->path_len + ev->name_len + ev->base_len + ev->name2_len + ev->base2_len +
	       ev->root_len;
}

#define EVENT_DATA_MAX      32768u /* bytes of all strings */
#define EVENT_NAME_MAX      4096u  /* PATH_MAX */
#define EVENT_COMPONENT_MAX 256u   /* NAME_MAX + NUL */
#define EVENT_DEPTH_MAX     4096u  /* components of one walked path */
#define EVENT_MOUNTS_MAX    1024u  /* mounts of one view, at least */

/* Counters of the kernel side. seen = delivered + dropped; every other one makes a trace
 * incomplete when it is not zero. */
enum counter {
	COUNT_SEEN,
	COUNT_DELIVERED,
	COUNT_DROPPED,      /* the ring buffer was full */
	COUNT_UNREADABLE,   /* a name or a file could not be read at the end of its call */
	COUNT_TRUNCATED,    /* a path deeper or longer than the limits above */
	COUNT_ESCAPED,      /* a path that reaches no root */
	COUNT_UNTRACKED,    /* a process that did not fit into the map */
	COUNT_UNTRACED,     /* a route that is not traced: io_uring, the old 32-bit mmap */
	COUNT_UNKNOWN,      /* a call newer than the table of them */
	COUNT_COMPAT,       /* a 32-bit or x32 call where no table of them is known */
	COUNT_FOREIGN_NS,   /* a file in a mount namespace that the tree has not made itself */
	COUNT_FOREIGN_USER, /* a program that gained rights and was not followed */
	COUNT_SCRATCH,      /* no working memory for this CPU */
	COUNTERS,
};

/* Where programs can be preempted (bpf/turn.h): the tracepoints of which each has copies. */
enum tracepoint {
	TRACEPOINT_CALL,
	TRACEPOINT_FORK,
	TRACEPOINT_EXEC,
	TRACEPOINT_EXIT,
	TRACEPOINTS,
};

/* --- user → kernel -------------------------------------------------------------------------- */

/* Working memories for each CPU, without and with copies. */
#define SCRATCHES_SINGLE 2
#define SCRATCHES        9

enum call_kind {
	CALL_NONE,
	CALL_OPEN,     /* returns a descriptor of what it names */
	CALL_NAME,     /* names something, returns no descriptor of it */
	CALL_CHDIR,    /* names what is the current directory afterwards */
	CALL_CHROOT,   /* names what is the root directory afterwards */
	CALL_FD,       /* works on a descriptor */
	CALL_MMAP,     /* the same, unless MAP_ANONYMOUS */
	CALL_EXEC,     /* only its failures: success is sched_process_exec */
	CALL_UNTRACED, /* a route round the tracer: its success is counted */
	CALL_MARK,     /* prctl: carries the cookie that seeds the tree */
	CALL_SYMLINK,  /* CALL_NAME whose second string is text, not a path */
	CALL_RMDIR,    /* CALL_NAME that removes a directory */
	CALL_UNSHARE,  /* may give the caller a mount namespace of its own */
	CALL_SETNS,    /* may take the caller to a mount namespace of others */
	CALL_UNKNOWN,  /* newer than this program: its success is counted */
	CALL_RECEIVE,  /* recvmsg: may bring descriptors */
	CALL_RECEIVES, /* recvmmsg */
	CALL_SOCKETS,  /* 32-bit: all calls on sockets, their arguments in memory */
};

#define CALL_ARG_NONE 7 /* for the argument indices below */

/* One system call. Argument indices count from 0. */
struct call {
	__u8 kind;     /* enum call_kind */
	__u8 op;       /* enum trace_op */
	__u8 name_arg; /* the path */
	__u8 dir_arg;  /* the directory descriptor it starts at; NONE: the current directory */
	__u8 flag_arg; /* AT_* or O_* flags; for openat2 the address of struct open_how */
	__u8 flags;    /* enum call_flag */
	__u8 name2_arg, dir2_arg; /* a second path (rename, link) */
};

enum call_flag {
	CALL_NOFOLLOW = 1 << 0,     /* never follows a last symlink (lstat, readlink, unlink …) */
	CALL_MADE = 1 << 1,         /* makes the name; with a second path: makes that */
	CALL_REMOVED = 1 << 2,      /* takes the name away */
	CALL_HOW = 1 << 3,          /* flag_arg points to a struct open_how */
	CALL_CREAT = 1 << 4,        /* creat: flags are O_CREAT | O_WRONLY | O_TRUNC */
	CALL_FOLLOW_FLAG = 1 << 5,  /* follows only with AT_SYMLINK_FOLLOW (linkat) */
	CALL_RENAME_FLAGS = 1 << 6, /* flag_arg holds RENAME_* */
	CALL_STAT = 1 << 7,         /* fills a struct stat (or statx) that tells the type */
};

_Static_assert(sizeof(struct call) == 8, "struct call has no padding");

/* What one number means as a call of the architecture itself and as a 32-bit one. */
struct calls {
	struct call native, compat;
};

/* How much the kernel side has to look at for a number. */
enum call_look {
	LOOK_NATIVE = 1 << 0, /* has a meaning natively */
	LOOK_COMPAT = 1 << 1, /* has one as a 32-bit call */
	LOOK_MARK = 1 << 2,   /* may be natively the one that seeds the tree */
};

#define CALL_NR_MAX   512u
#define CALL_NR_KNOWN 469u /* the last one that calls.def was checked against: Linux 6.17 */
