/* trace - what a recorded run touched: the format's terms and its shape in memory.
 *
 * docs/trace-format.md describes the file, docs/trace.schema.json is its schema. Invariants:
 * `files` and `misses` are sorted bytewise by path without duplicates; paths are absolute and
 * clean (no "//", ".", ".."). A trace owns everything it points to (trace_free).
 *
 * "complete" is a promise: no event was dropped, cut, unreadable or reached by a route that is
 * not traced. Whoever cannot prove that clears it and adds a reason.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_SCHEMA  "importtrace/trace"
#define TRACE_VERSION 1

/* What was done to a path; a bit set in trace_file.ops. Names in the file: trace_op_names. */
enum trace_op {
	TRACE_OPEN = 1 << 0,     /* open family, any mode */
	TRACE_MAP = 1 << 1,      /* mmap of the file */
	TRACE_EXEC = 1 << 2,     /* executed, or the #! interpreter or PT_INTERP of what was */
	TRACE_STAT = 1 << 3,     /* stat, access, xattr, statfs, chdir …: looked up by path */
	TRACE_LIST = 1 << 4,     /* getdents */
	TRACE_READLINK = 1 << 5, /* readlink */
	TRACE_WRITE = 1 << 6,    /* opened for writing, truncated, or made, moved or removed */
};
#define TRACE_OP_COUNT 7
extern const char *const trace_op_names[TRACE_OP_COUNT];

enum trace_type {
	TRACE_TYPE_UNKNOWN, /* gone or unreadable when the run ended */
	TRACE_TYPE_FILE,
	TRACE_TYPE_DIR,
	TRACE_TYPE_LINK,
	TRACE_TYPE_OTHER,
};

struct trace_file {
	char *path;       /* resolved: no component is a symlink, except that the last may
	                            be one where the link itself was touched (lstat, readlink) */
	char **requested; /* absolute paths it was asked for by, where they differ */
	size_t n_requested;
	uint32_t ops;         /* enum trace_op */
	enum trace_type type; /* as found when the run ended */
	bool created;         /* made (or replaced) by the run itself: no part of its input */
	int64_t size;         /* bytes when the run ended; -1 when not a regular file */
	int64_t first_ns;     /* first touch, ns since the start of the run */
	int32_t pid;          /* process of the first touch, in the initial PID namespace */
};

struct trace_miss {
	char *path; /* absolute, as asked for: ENOENT or ENOTDIR */
	int64_t first_ns;
	int32_t pid;
};

struct trace_process {
	int32_t pid, parent;
	char *exe; /* resolved path of what it last executed; NULL: that of its parent */
	int64_t start_ns;
	bool alive; /* still running when the recording ended (--wait main) */
};

/* One named counter of lost or untraced things; all zero in a complete trace. */
struct trace_loss {
	char *name;
	uint64_t count;
};

struct trace {
	char *tool, *kernel, *arch, *backend;
	bool complete;
	char **reasons; /* sentences: why it is not complete */
	size_t n_reasons;
	struct trace_loss *loss;
	size_t n_loss;
	uint64_t events; /* seen by the kernel side = delivered + dropped */
	char **command;  /* argv */
	size_t n_command;
	char *cwd;
	int exit_code; /* 0…255; -1 when killed by a signal */
	int signal;    /* 0 when it exited */
	int64_t start_unix_ns;
	int64_t duration_ns;
	struct trace_process *processes; /* in order of their start */
	size_t n_processes;
	struct trace_file *files;
	size_t n_files;
	struct trace_miss *misses;
	size_t n_misses;
};
