#include "trace/tracer.h"

#include "base/mem.h"
#include "record.skel.h"
#include "trace/calls.h"
#include "trace/diagnose.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>

struct tracer {
	struct record_bpf *skel;
	struct ring_buffer *reader;
	tracer_handler handler;
	void *ctx;
	uint64_t received, malformed;
};

#define WAKE_BYTES (1u << 20)

const char *const counter_names[COUNTERS] = {
	[COUNT_SEEN] = "seen",
	[COUNT_DELIVERED] = "delivered",
	[COUNT_DROPPED] = "dropped",
	[COUNT_UNREADABLE] = "unreadable",
	[COUNT_TRUNCATED] = "truncated",
	[COUNT_ESCAPED] = "escaped",
	[COUNT_UNTRACKED] = "untracked_processes",
	[COUNT_UNTRACED] = "untraced_routes",
	[COUNT_UNKNOWN] = "unknown_calls",
	[COUNT_COMPAT] = "compat_calls",
	[COUNT_FOREIGN_NS] = "foreign_mount_namespace",
	[COUNT_FOREIGN_USER] = "foreign_user",
	[COUNT_SCRATCH] = "no_scratch",
};

/* libbpf speaks through a global callback: its last warning goes into our error. */
static char last_warning[512];

static int keep_warning(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(last_warning, sizeof(last_warning), fmt, ap);
	last_warning[strcspn(last_warning, "\n")] = '\0';
	return 0;
}

static int on_record(void *ctx, void *data, size_t size)
{
	struct tracer *t = ctx;
	const struct event *ev = data;

	t->received++;
	if (size < sizeof(*ev) || size - sizeof(*ev) != event_data_len(ev)) {
		t->malformed++;
		return 0;
	}
	t->handler(t->ctx, ev, (const char *)(ev + 1));
	return 0;
}

static size_t ring_size(size_t bytes)
{
	size_t size = (size_t)getpagesize();

	while (size < bytes && size < ((size_t)1 << 30))
		size *= 2;
	return size;
}

static int configure(struct record_bpf *skel, const struct tracer_options *opt)
{
	__u32 cpus = (__u32)libbpf_num_possible_cpus();
	size_t size = ring_size(opt->ring_bytes);
	int r;

	calls_native((struct call *)(uintptr_t)skel->rodata->calls);
	skel->rodata->compat_known = calls_compat((struct call *)(uintptr_t)skel->rodata->calls32);
	skel->rodata->cookie = opt->cookie;
	skel->rodata->own_user_only = opt->own_user_only;
	skel->rodata->wake_bytes = size / 4 < WAKE_BYTES ? size / 4 : WAKE_BYTES;
	r = bpf_map__set_max_entries(skel->maps.ring, (__u32)size);
	if (r == 0)
		r = bpf_map__set_max_entries(skel->maps.tracked, opt->processes);
	return r ? r
		 : bpf_map__set_max_entries(skel->maps.scratches,
					    cpus * bpf_map__max_entries(skel->maps.scratches));
}

static int explain(struct error *e, int code, const char *what)
{
	CLEANUP_FREE char *why = diagnose_failure(code);

	if (why)
		return error_set(e, code, "%s: %s", what, why);
	return error_set(e, code, "%s: %s%s%s", what, strerror(code),
			 last_warning[0] ? "; libbpf says: " : "", last_warning);
}

int tracer_open(const struct tracer_options *opt, tracer_handler handler, void *ctx,
		struct tracer **ret, struct error *e)
{
	CLEANUP_TRACER struct tracer *t = xcalloc(1, sizeof(*t));
	int r;

	t->handler = handler;
	t->ctx = ctx;
	last_warning[0] = '\0';
	libbpf_set_print(keep_warning);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	t->skel = record_bpf__open();
	if (!t->skel)
		return explain(e, errno, "cannot open the kernel side");
	r = configure(t->skel, opt);
	if (r == 0)
		r = record_bpf__load(t->skel);
	if (r)
		return explain(e, -r, "cannot load the kernel side");
	t->reader = ring_buffer__new(bpf_map__fd(t->skel->maps.ring), on_record, t, NULL);
	if (!t->reader)
		return explain(e, errno, "cannot read the ring buffer");
	*ret = TAKE_PTR(t);
	return 0;
}

int tracer_attach(struct tracer *t, struct error *e)
{
	int r = record_bpf__attach(t->skel);

	return r ? explain(e, -r, "cannot attach to the kernel's tracepoints") : 0;
}

int tracer_fd(const struct tracer *t)
{
	return ring_buffer__epoll_fd(t->reader);
}

int tracer_consume(struct tracer *t, struct error *e)
{
	int r = ring_buffer__consume(t->reader);

	return r < 0 ? error_errno(e, -r, "cannot read the ring buffer") : 0;
}

static uint64_t recursion_misses(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	/* The field is new in 5.12: an older kernel leaves it zero. */
	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) != 0)
		return 0;
	return info.recursion_misses;
}

int tracer_stop(struct tracer *t, struct tracer_stats *ret, struct error *e)
{
	int r;

	record_bpf__detach(t->skel);
	r = tracer_consume(t, e);
	if (r < 0)
		return r;
	memcpy(ret->counters, t->skel->bss->counters, sizeof(ret->counters));
	ret->received = t->received;
	ret->malformed = t->malformed;
	ret->seeded_tgid = t->skel->bss->seeded_tgid;
	ret->recursion_misses = recursion_misses(t->skel->progs.sys_exit) +
				recursion_misses(t->skel->progs.process_fork) +
				recursion_misses(t->skel->progs.process_exec) +
				recursion_misses(t->skel->progs.process_exit);
	return 0;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	ring_buffer__free(t->reader);
	record_bpf__destroy(t->skel);
	free(t);
}

void tracer_cleanup(struct tracer **t)
{
	tracer_free(*t);
}
