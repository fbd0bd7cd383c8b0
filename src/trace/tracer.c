#include "trace/tracer.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/strmap.h"
#include "record.skel.h"
#include "trace/calls.h"
#include "trace/diagnose.h"
#include "trace/kernel_btf.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* The ring is made and mapped by a thread, beside the types and the verifier: clearing and mapping
 * its 8,192 pages takes a quarter of a start. What cannot be had so is left to libbpf. */
struct ring {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t made;
	size_t size;
	int fd;                     /* -1: none */
	bool running, is_made;      /* is_made: fd is final */
	struct ring_buffer *reader; /* once the thread has ended */
};

struct tracer {
	struct record_bpf *skel;
	struct ring ring;
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

/* --- the ring --------------------------------------------------------------------------------- */

static void *ring_make(void *ctx)
{
	struct tracer *t = ctx;
	struct ring *ring = &t->ring;
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, (__u32)ring->size, NULL);

	pthread_mutex_lock(&ring->lock);
	ring->fd = fd < 0 ? -1 : fd;
	ring->is_made = true;
	pthread_cond_signal(&ring->made);
	pthread_mutex_unlock(&ring->lock);
	if (fd >= 0)
		ring->reader = ring_buffer__new(fd, on_record, t, NULL);
	return NULL;
}

static void ring_start(struct tracer *t, size_t size)
{
	t->ring = (struct ring){.lock = PTHREAD_MUTEX_INITIALIZER,
				.made = PTHREAD_COND_INITIALIZER,
				.size = size,
				.fd = -1};
	t->ring.running = pthread_create(&t->ring.thread, NULL, ring_make, t) == 0;
}

/* Waits until the ring is there; false if it will not be. */
static bool ring_made(struct ring *ring)
{
	if (!ring->running)
		return false;
	pthread_mutex_lock(&ring->lock);
	while (!ring->is_made)
		pthread_cond_wait(&ring->made, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
	return ring->fd >= 0;
}

/* Its reader, if there is one, when the thread has ended; whoever loaded has a descriptor of its own. */
static struct ring_buffer *ring_take(struct ring *ring)
{
	if (!ring->running)
		return NULL;
	pthread_join(ring->thread, NULL);
	ring->running = false;
	if (ring->fd >= 0)
		close(ring->fd);
	return TAKE_PTR(ring->reader);
}

/* The programs in the order in which they are attached (bpf/turn.h). */
static const struct {
	size_t prog, link; /* where the skeleton has them */
	enum tracepoint at;
	bool copy;
} programs[] = {
#define PROGRAM(name, at, copy)                                                                   \
	{                                                                                         \
		offsetof(struct record_bpf, progs.name), offsetof(struct record_bpf, links.name), \
			at, copy                                                                  \
	}
	PROGRAM(sys_exit, TRACEPOINT_CALL, false),
	PROGRAM(sys_exit_2, TRACEPOINT_CALL, true),
	PROGRAM(sys_exit_3, TRACEPOINT_CALL, true),
	PROGRAM(process_fork, TRACEPOINT_FORK, false),
	PROGRAM(process_fork_2, TRACEPOINT_FORK, true),
	PROGRAM(process_exec, TRACEPOINT_EXEC, false),
	PROGRAM(process_exec_2, TRACEPOINT_EXEC, true),
	PROGRAM(process_exit, TRACEPOINT_EXIT, false),
	PROGRAM(process_exit_2, TRACEPOINT_EXIT, true),
};

static struct bpf_program *program_at(struct record_bpf *skel, size_t i)
{
	return *(struct bpf_program **)((char *)skel + programs[i].prog);
}

static struct bpf_link **link_at(struct record_bpf *skel, size_t i)
{
	return (struct bpf_link **)((char *)skel + programs[i].link);
}

static size_t ring_size(size_t bytes)
{
	size_t size = (size_t)getpagesize();

	while (size < bytes && size < ((size_t)1 << 30))
		size *= 2;
	return size;
}

/* The tables of system calls, and what of them is looked at first. */
static void configure_calls(struct record_bpf *skel)
{
	__u8 *looks = (__u8 *)(uintptr_t)skel->rodata->looks;
	struct calls *calls = (struct calls *)(uintptr_t)skel->rodata->calls;
	struct call native[CALL_NR_MAX], compat[CALL_NR_MAX];

	calls_native(native);
	skel->rodata->compat_known = calls_compat(compat);
	for (size_t nr = 0; nr < CALL_NR_MAX; nr++) {
		calls[nr] = (struct calls){native[nr], compat[nr]};
		if (native[nr].kind == CALL_MARK)
			looks[nr] |= LOOK_MARK;
		else if (native[nr].kind)
			looks[nr] |= LOOK_NATIVE;
		if (compat[nr].kind)
			looks[nr] |= LOOK_COMPAT;
	}
}

static int configure(struct record_bpf *skel, const struct tracer_options *opt, struct ring *ring)
{
	bool preemptible = kernel_at_least(7, 0);
	__u32 cpus = (__u32)libbpf_num_possible_cpus();
	size_t size = ring_size(opt->ring_bytes);
	int r;

	configure_calls(skel);
	skel->rodata->cookie = opt->cookie;
	skel->rodata->own_user_only = opt->own_user_only;
	skel->rodata->wake_bytes = size / 4 < WAKE_BYTES ? size / 4 : WAKE_BYTES;
	skel->rodata->ask_bytes = skel->rodata->wake_bytes / (4ul * cpus);
	skel->rodata->preemptible = preemptible;
	bpf_map__set_autocreate(skel->maps.turns, preemptible);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		bpf_program__set_autoload(program_at(skel, i), preemptible || !programs[i].copy);
	r = ring_made(ring) ? bpf_map__reuse_fd(skel->maps.ring, ring->fd)
			    : bpf_map__set_max_entries(skel->maps.ring, (__u32)size);
	if (r == 0)
		r = bpf_map__set_max_entries(skel->maps.tracked, opt->processes);
	return r ? r
		 : bpf_map__set_max_entries(skel->maps.scratches,
					    cpus * (preemptible ? SCRATCHES : SCRATCHES_SINGLE));
}

/* --- with a slice of the kernel's type information --------------------------------------------- */

/* libbpf reads all of the kernel's type information when a program is of a type that needs it to
 * be attached. Ours tell it their type at the last moment, and the number of their tracepoint
 * with it. */
static int prepare_load(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	const struct kernel_btf *kernel = (const struct kernel_btf *)cookie;
	const char *tracepoint = strchr(bpf_program__section_name(prog), '/');
	CLEANUP_FREE char *name = xasprintf("btf_trace_%s", tracepoint ? tracepoint + 1 : "");
	int r = bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);

	if (r == 0)
		r = bpf_program__set_expected_attach_type(prog, BPF_TRACE_RAW_TP);
	opts->expected_attach_type = BPF_TRACE_RAW_TP;
	opts->attach_btf_id = kernel_btf_typedef(kernel, name);
	return r == 0 && !opts->attach_btf_id ? -ENOENT : r;
}

/* The names of the types that the kernel side has: CO-RE can ask for no others. */
static void names_of(const struct btf *btf, struct strmap *ret)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off);

		if (name && name[0] &&
		    (btf_is_composite(t) || btf_is_any_enum(t) || btf_is_typedef(t)))
			strmap_add(ret, name, kernel_btf_essential(name), 0, NULL);
	}
}

/* Opens the kernel side so that it finds the kernel's types in the slice behind `fd`. */
static int open_with_slice(const struct kernel_btf *kernel, int fd, struct record_bpf **ret)
{
	CLEANUP_STRMAP struct strmap names = {0};
	CLEANUP_BUF struct buf slice = {0};
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*ret = record_bpf__open_opts(&opts);
	if (!*ret)
		return -errno;
	names_of(bpf_object__btf((*ret)->obj), &names);
	r = kernel_btf_slice(kernel, &names, &slice);
	return r ? r : write_all(fd, slice.data, slice.len);
}

static int open_and_load(const struct tracer_options *opt, struct ring *ring,
			 const struct kernel_btf *kernel, int fd, struct record_bpf **ret)
{
	int r = open_with_slice(kernel, fd, ret);

	if (r == 0)
		r = configure(*ret, opt, ring);
	return r ? r : record_bpf__load(*ret);
}

/* libbpf before 1.3 frees its list of handlers with the last of them and then goes on using it: so
 * one that matches nothing stays, and a process can record more than once. (Fixed by "libbpf: fix
 * realloc API handling in zero-sized edge cases".) */
static void keep_handlers(void)
{
	static int kept;
	LIBBPF_OPTS(libbpf_prog_handler_opts, none);

	if (kept <= 0)
		kept = libbpf_register_prog_handler("importtrace", BPF_PROG_TYPE_RAW_TRACEPOINT, 0,
						    &none);
}

/* Loads the kernel side without having libbpf read all of the kernel's types. */
static int load_sliced(const struct tracer_options *opt, struct ring *ring, struct record_bpf **ret)
{
	CLEANUP_KERNEL_BTF struct kernel_btf *kernel = NULL;
	CLEANUP_CLOSE int fd = memfd_create("types", MFD_CLOEXEC);
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler, .prog_prepare_load_fn = prepare_load);
	int r = fd < 0 ? -errno : kernel_btf_open(BTF_PATH, &kernel), id;

	if (r)
		return r;
	handler.cookie = (long)kernel;
	keep_handlers();
	id = libbpf_register_prog_handler("tp_btf+", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, &handler);
	if (id < 0)
		return id;
	r = open_and_load(opt, ring, kernel, fd, ret);
	libbpf_unregister_prog_handler(id);
	if (r == 0)
		return 0;
	record_bpf__destroy(*ret);
	*ret = NULL;
	return r;
}

/* With all of the types; what the short way could not do, this does or tells better why. */
static int load_whole(const struct tracer_options *opt, struct ring *ring, struct record_bpf **ret)
{
	int r;

	last_warning[0] = '\0';
	*ret = record_bpf__open();
	if (!*ret)
		return -errno;
	r = configure(*ret, opt, ring);
	return r ? r : record_bpf__load(*ret);
}

/* --- life ------------------------------------------------------------------------------------- */

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
	ring_start(t, ring_size(opt->ring_bytes));
	r = load_sliced(opt, &t->ring, &t->skel);
	if (r)
		r = load_whole(opt, &t->ring, &t->skel);
	if (r)
		return explain(e, -r, "cannot load the kernel side");
	t->reader = ring_take(&t->ring);
	if (!t->reader)
		t->reader = ring_buffer__new(bpf_map__fd(t->skel->maps.ring), on_record, t, NULL);
	if (!t->reader)
		return explain(e, errno, "cannot read the ring buffer");
	*ret = TAKE_PTR(t);
	return 0;
}

int tracer_attach(struct tracer *t, struct error *e)
{
	/* Not by the skeleton: newer libbpf forgets a program's section when its type changes, and
	 * then leaves the program out in silence. */
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		struct bpf_program *prog = program_at(t->skel, i);

		if (!bpf_program__autoload(prog))
			continue;
		*link_at(t->skel, i) = bpf_program__attach_trace(prog);
		if (!*link_at(t->skel, i))
			return explain(e, errno, "cannot attach to the kernel's tracepoints");
	}
	return 0;
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

static void detach(struct record_bpf *skel)
{
	for (size_t i = ARRAY_SIZE(programs); i-- > 0;) {
		bpf_link__destroy(*link_at(skel, i));
		*link_at(skel, i) = NULL;
	}
}

/* What the first copies missed, less what the others have rescued. */
static uint64_t lost_by_recursion(struct record_bpf *skel)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		uint64_t missed, rescued = skel->bss->rescued[programs[i].at];

		if (programs[i].copy)
			continue;
		missed = recursion_misses(program_at(skel, i));
		lost += missed > rescued ? missed - rescued : rescued - missed;
	}
	return lost;
}

int tracer_stop(struct tracer *t, struct tracer_stats *ret, struct error *e)
{
	int r;

	detach(t->skel);
	r = tracer_consume(t, e);
	if (r < 0)
		return r;
	memcpy(ret->counters, t->skel->bss->counters, sizeof(ret->counters));
	ret->received = t->received;
	ret->malformed = t->malformed;
	ret->seeded_tgid = t->skel->bss->seeded_tgid;
	ret->recursion_misses = lost_by_recursion(t->skel);
	return 0;
}

void tracer_free(struct tracer *t)
{
	if (!t)
		return;
	ring_buffer__free(ring_take(&t->ring));
	ring_buffer__free(t->reader);
	record_bpf__destroy(t->skel);
	free(t);
}

void tracer_cleanup(struct tracer **t)
{
	tracer_free(*t);
}
