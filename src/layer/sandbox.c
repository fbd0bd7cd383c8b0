#include "layer/sandbox.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU_SECONDS 60
#define MEMORY_MAX  ((rlim_t)4 << 30)

/* --- the child, between fork and exec: no memory is allocated ---------------------------------- */

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

#define DENY(name)                                                         \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(SYS_##name), 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

/* Another system call table (x32, 32 bit) is no way round. */
static int forbid_calls(void)
{
#ifdef THIS_ARCH
	static const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		DENY(socket),
		DENY(socketpair),
		DENY(connect),
		DENY(bind),
		DENY(io_uring_setup),
		DENY(ptrace),
		DENY(process_vm_readv),
		DENY(process_vm_writev),
		DENY(pidfd_getfd),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_SIZE(filter), (struct sock_filter *)filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
#else
	return 0;
#endif
}

static int set_limits(void)
{
	static const struct {
		int which;
		rlim_t value;
	} limits[] = {{RLIMIT_CPU, CPU_SECONDS},
		      {RLIMIT_AS, MEMORY_MAX},
		      {RLIMIT_FSIZE, 0},
		      {RLIMIT_CORE, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit l;

		if (getrlimit((unsigned)limits[i].which, &l) < 0)
			return -1;
		if (l.rlim_max > limits[i].value)
			l.rlim_max = limits[i].value;
		if (l.rlim_cur > l.rlim_max)
			l.rlim_cur = l.rlim_max;
		if (setrlimit((unsigned)limits[i].which, &l) < 0)
			return -1;
	}
	return 0;
}

struct identity {
	uid_t uid;
	gid_t gid;
};

/* Who started us with sudo; else who we are. */
static struct identity identity_of_user(void)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	struct identity id = {getuid(), getgid()};

	if (geteuid() == 0 && uid && gid && strtoul(uid, NULL, 10) != 0)
		id = (struct identity){(uid_t)strtoul(uid, NULL, 10),
				       (gid_t)strtoul(gid, NULL, 10)};
	return id;
}

static int drop_privileges(const struct identity *id)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}};
	bool change = geteuid() == 0 && id->uid != 0;

	if (change && syscall(SYS_setgroups, 0, NULL) < 0)
		return -1;
	if (syscall(SYS_setresgid, id->gid, id->gid, id->gid) < 0 ||
	    syscall(SYS_setresuid, id->uid, id->uid, id->uid) < 0)
		return -1;
	/* An exec as root gets back what the bounding set holds: empty that too. */
	for (unsigned long cap = 0; cap < 64; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_capset, &header, none);
}

static int set_descriptors(int fd)
{
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(null, 2) < 0)
		return -1;
	if (syscall(SYS_close_range, 3U, ~0U, 0) < 0)
		for (int i = 3; i < 1024; i++)
			close(i);
	return 0;
}

_Noreturn static void become(const char *exe, char *const argv[], char *const env[], int fd,
			     const struct identity *id)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	(void)setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	/* The privileges before the limits: RLIMIT_AS is for what we exec. */
	if (set_descriptors(fd) == 0 && chdir("/") == 0 && drop_privileges(id) == 0 &&
	    set_limits() == 0 && forbid_calls() == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		execve(exe, argv, env);
	}
	_exit(127);
}

/* --- the parent ------------------------------------------------------------------------------- */

int sandbox_start(struct sandbox *s, const char *exe, char *const argv[], char *const env[],
		  struct error *e)
{
	struct identity id = identity_of_user();
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_errno(e, errno, "cannot make a socket for %s", exe);
	pid = fork();
	if (pid == 0)
		become(exe, argv, env, fds[1], &id);
	close(fds[1]);
	if (pid < 0) {
		int code = errno;

		close(fds[0]);
		return error_errno(e, code, "cannot start %s", exe);
	}
	*s = (struct sandbox){.pid = pid, .fd = fds[0]};
	return 0;
}

static int wait_for(const struct sandbox *s, short events)
{
	struct pollfd p = {.fd = s->fd, .events = events};
	int n;

	do
		n = poll(&p, 1, SANDBOX_SECONDS * 1000);
	while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : n == 0 ? -ETIMEDOUT : -errno;
}

int sandbox_send(const struct sandbox *s, const void *data, size_t len)
{
	const char *p = data;
	int r = 0;

	while (len && (r = wait_for(s, POLLOUT)) == 0) {
		ssize_t n = send(s->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return r;
}

int sandbox_receive(const struct sandbox *s, void *data, size_t len)
{
	char *p = data;
	int r = 0;

	while (len && (r = wait_for(s, POLLIN)) == 0) {
		ssize_t n = recv(s->fd, p, len, MSG_DONTWAIT);

		if (n == 0)
			return -EPIPE;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	return r;
}

void sandbox_stop(struct sandbox *s)
{
	if (s->pid <= 0)
		return;
	close(s->fd);
	/* The group first (it may not exist yet), then the process itself. */
	(void)kill(-s->pid, SIGKILL);
	(void)kill(s->pid, SIGKILL);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*s = (struct sandbox){.fd = -1};
}
