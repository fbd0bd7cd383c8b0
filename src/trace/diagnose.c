#include "trace/diagnose.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LOCKDOWN_PATH "/sys/kernel/security/lockdown"

static void add(struct diagnosis *d, bool ok, const char *what, char *detail, const char *remedy)
{
	if (d->n < DIAGNOSIS_MAX)
		d->findings[d->n++] = (struct finding){.ok = ok,
						       .what = xstrdup(what),
						       .detail = detail,
						       .remedy = ok ? NULL : xstrdup(remedy)};
	else
		free(detail);
}

bool kernel_at_least(int major, int minor)
{
	struct utsname u = {0};
	int have_major = 0, have_minor = 0;

	uname(&u);
	return sscanf(u.release, "%d.%d", &have_major, &have_minor) == 2 &&
	       (have_major > major || (have_major == major && have_minor >= minor));
}

static void check_kernel(struct diagnosis *d)
{
	struct utsname u = {0};

	uname(&u);
	add(d, kernel_at_least(5, 10), "Linux 5.10 or newer", xstrdup(u.release),
	    "run on a kernel of at least 5.10: older ones lack ring buffers or BTF tracepoints");
}

static void check_btf(struct diagnosis *d)
{
	int err = access(BTF_PATH, R_OK) == 0 ? 0 : errno;

	add(d, err == 0, "kernel type information (BTF)",
	    xasprintf(BTF_PATH ": %s", err ? strerror(err) : "readable"),
	    err == EACCES
		    ? "make " BTF_PATH " readable, or run as root"
		    : "use a kernel built with CONFIG_DEBUG_INFO_BTF=y and mount sysfs on /sys");
}

/* A hexadecimal or decimal field of /proc/self/status. */
static uint64_t status_field(const char *name, int base)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0};
	const char *at;

	if (file_read("/proc/self/status", 1 << 16, &text, &e) < 0)
		return 0;
	at = strstr(text.data, name);
	return at ? strtoull(at + strlen(name), NULL, base) : 0;
}

#define BIT(cap) (UINT64_C(1) << (cap))

/* Rights count in the first user namespace only, whatever CapEff says in another. */
static void check_user_namespace(struct diagnosis *d)
{
	static const char first[] = "user:[4026531837]"; /* PROC_USER_INIT_INO */
	char name[64] = "";
	ssize_t n = readlink("/proc/self/ns/user", name, sizeof(name) - 1);
	bool ok = n < 0 || strcmp(name, first) == 0;

	/* Not worth a line where it is as usual. */
	if (!ok)
		add(d, false, "the first user namespace",
		    xasprintf("this is another one, %s (a rootless container, unshare --user)",
			      name),
		    "run outside of it: a tracer's rights do not count in a user namespace");
}

static bool on_nosuid(void)
{
	struct statvfs st;

	return statvfs("/proc/self/exe", &st) == 0 && (st.f_flag & ST_NOSUID);
}

/* The one way to the rights that are missing that works here. */
static const char *privilege_remedy(uint64_t wanted)
{
	uint64_t bounding = status_field("\nCapBnd:", 16);

	if ((bounding & wanted) != wanted && !(bounding & BIT(CAP_SYS_ADMIN)))
		return "start the container with --cap-add=BPF --cap-add=PERFMON: here nobody can "
		       "have these rights, not even root";
	if (status_field("\nNoNewPrivs:", 10))
		return "run outside of what has set no_new_privs (a container, a service): with it "
		       "neither sudo nor file capabilities give any right";
	if (on_nosuid())
		return "run through sudo, or install importtrace on a file system that is not "
		       "mounted nosuid, where file capabilities count";
	return "run through sudo, or once as root: "
	       "setcap cap_bpf,cap_perfmon+ep \"$(command -v importtrace)\"";
}

static void check_privilege(struct diagnosis *d)
{
	uint64_t caps = status_field("\nCapEff:", 16);
	bool admin = caps & BIT(CAP_SYS_ADMIN);
	bool bpf = admin || (caps & BIT(CAP_BPF));
	bool perfmon = admin || (caps & BIT(CAP_PERFMON));

	add(d, bpf && perfmon, "the right to trace (CAP_BPF and CAP_PERFMON)",
	    xasprintf("%s%s%s", bpf && perfmon ? "present" : "missing:", bpf ? "" : " CAP_BPF",
		      perfmon ? "" : " CAP_PERFMON"),
	    privilege_remedy(BIT(CAP_BPF) | BIT(CAP_PERFMON)));
}

/* Before 5.11 BPF memory counts as locked memory. */
static void check_locked_memory(struct diagnosis *d)
{
	struct rlimit limit = {0};

	if (kernel_at_least(5, 11) || (status_field("\nCapEff:", 16) & BIT(CAP_SYS_RESOURCE)) ||
	    (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_max == RLIM_INFINITY))
		return;
	add(d, false, "locked memory, or CAP_SYS_RESOURCE (Linux before 5.11)",
	    xasprintf("at most %llu KiB", (unsigned long long)limit.rlim_max / 1024),
	    "run through sudo, or once as root: setcap "
	    "cap_bpf,cap_perfmon,cap_sys_resource+ep \"$(command -v importtrace)\"");
}

static void check_lockdown(struct diagnosis *d)
{
	CLEANUP_ERROR struct error e = {0};
	CLEANUP_BUF struct buf text = {0};
	bool locked;

	if (file_read(LOCKDOWN_PATH, 4096, &text, &e) < 0)
		return; /* no lockdown in this kernel */
	locked = strstr(text.data, "[confidentiality]") != NULL;
	add(d, !locked, "no kernel lockdown in confidentiality mode",
	    xstrdup(locked ? "locked down" : "not locked down"),
	    "boot without lockdown=confidentiality: it forbids reading kernel memory to BPF");
}

void diagnose(struct diagnosis *ret)
{
	*ret = (struct diagnosis){0};
	check_kernel(ret);
	check_btf(ret);
	check_user_namespace(ret);
	check_privilege(ret);
	check_locked_memory(ret);
	check_lockdown(ret);
}

void diagnosis_free(struct diagnosis *d)
{
	for (int i = 0; i < d->n; i++) {
		free(d->findings[i].what);
		free(d->findings[i].detail);
		free(d->findings[i].remedy);
	}
	*d = (struct diagnosis){0};
}

char *diagnose_failure(int code)
{
	struct diagnosis d;
	char *why = NULL;

	diagnose(&d);
	for (int i = 0; i < d.n && !why; i++)
		if (!d.findings[i].ok)
			why = xasprintf("%s: %s. To do: %s", d.findings[i].what,
					d.findings[i].detail, d.findings[i].remedy);
	diagnosis_free(&d);
	if (!why && code == EPERM && status_field("\nSeccomp:", 10))
		why = xstrdup("bpf(2) is refused although the rights are there: a seccomp filter "
			      "(a container's default) forbids it. To do: run with "
			      "--security-opt seccomp=unconfined, or outside the container");
	return why;
}
