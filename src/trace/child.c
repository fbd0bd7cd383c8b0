#include "trace/child.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "trace/lookup.h"
#include "trace/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- identity --------------------------------------------------------------------------------- */

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void identity_set(struct identity *ret, uid_t uid, gid_t gid, const struct passwd *pw)
{
	*ret = (struct identity){.change = true, .uid = uid, .gid = gid};
	if (!pw)
		return;
	ret->name = copy(pw->pw_name);
	ret->home = copy(pw->pw_dir);
	ret->shell = copy(pw->pw_shell);
}

static bool env_number(const char *name, unsigned long *ret)
{
	const char *s = getenv(name);
	char *end = NULL;

	if (!s || !s[0])
		return false;
	*ret = strtoul(s, &end, 10);
	return *end == '\0' && *ret < UINT32_MAX;
}

int identity_find(const char *user, bool as_root, struct identity *ret, struct error *e)
{
	unsigned long uid, gid;
	const struct passwd *pw;

	*ret = (struct identity){0};
	if (user) {
		pw = getpwnam(user);
		if (!pw)
			return error_set(e, ENOENT, "there is no user '%s'", user);
		if (geteuid() != 0)
			return error_set(e, EPERM,
					 "only root can run the command as '%s': use sudo", user);
		identity_set(ret, pw->pw_uid, pw->pw_gid, pw);
		return 0;
	}
	if (as_root || geteuid() != 0 || !env_number("SUDO_UID", &uid) ||
	    !env_number("SUDO_GID", &gid) || uid == 0)
		return 0;
	identity_set(ret, (uid_t)uid, (gid_t)gid, getpwuid((uid_t)uid));
	return 0;
}

void identity_free(struct identity *id)
{
	free(id->name);
	free(id->home);
	free(id->shell);
	*id = (struct identity){0};
}

int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (int)syscall(SYS_capset, &header, none);
}

int identity_become(const struct identity *id, struct error *e)
{
	if (id->change) {
		int groups = id->name ? initgroups(id->name, id->gid) : setgroups(1, &id->gid);

		if (groups < 0 || setresgid(id->gid, id->gid, id->gid) < 0 ||
		    setresuid(id->uid, id->uid, id->uid) < 0)
			return error_errno(e, errno, "cannot become user %u", id->uid);
	}
	/* Root that stays root keeps its rights; file capabilities must not outlive the tracing. */
	if (geteuid() != 0 && drop_capabilities() < 0)
		return error_errno(e, errno, "cannot drop capabilities");
	/* A process that had privileges may not open its own /proc/self/fd any more. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return 0;
}

/* With file capabilities the loader has taken LD_LIBRARY_PATH, TMPDIR and others out of `environ`
 * (AT_SECURE). That protects us; the command gets what the caller gave. Readable only now that
 * the capabilities are gone. */
static int original_environment(struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	size_t n = 0, cap = 0;
	char **list = NULL;
	int r = file_read("/proc/self/environ", 1 << 26, &text, e);

	if (r < 0)
		return r;
	for (size_t at = 0; at < text.len; at += strlen(text.data + at) + 1) {
		list = array_grow(list, n, &cap, sizeof(*list));
		list[n++] = xstrdup(text.data + at);
	}
	list = array_grow(list, n, &cap, sizeof(*list));
	list[n] = NULL;
	environ = list;
	return 0;
}

/* sudo has changed these four; the rest of the environment is the caller's own. */
static void restore_environment(const struct identity *id)
{
	static const char *const sudo[] = {"SUDO_UID", "SUDO_GID", "SUDO_USER", "SUDO_COMMAND",
					   "SUDO_HOME"};

	if (!id->change)
		return;
	if (id->name) {
		setenv("USER", id->name, 1);
		setenv("LOGNAME", id->name, 1);
	}
	if (id->home)
		setenv("HOME", id->home, 1);
	if (id->shell && id->shell[0])
		setenv("SHELL", id->shell, 1);
	for (size_t i = 0; i < ARRAY_SIZE(sudo); i++)
		unsetenv(sudo[i]);
}

/* --- the child's side ------------------------------------------------------------------------- */

enum stage { STAGE_USER = 1, STAGE_ENVIRONMENT, STAGE_HOOK, STAGE_EXEC };

struct failure {
	int stage, err;
	char text[512]; /* of the hook's error, cut to fit */
};

static void report(int fd, enum stage stage, int err, const char *text)
{
	struct failure f = {stage, err, ""};

	snprintf(f.text, sizeof(f.text), "%s", text);
	(void)!write(fd, &f, sizeof(f));
	_exit(127);
}

__attribute__((noreturn)) static void child_main(char **argv, const struct identity *id,
						 uint64_t cookie, const struct signals *signals,
						 const struct child_hook *hook, int release_fd,
						 int status_fd)
{
	CLEANUP_ERROR struct error e = {0};
	struct lookup command;
	char byte;

	if (identity_become(id, &e) < 0)
		report(status_fd, STAGE_USER, e.code, "");
	if (getauxval(AT_SECURE) && original_environment(&e) < 0)
		report(status_fd, STAGE_ENVIRONMENT, e.code, "");
	restore_environment(id);
	lookup_command(argv[0], &command);
	signals_restore(signals);
	/* End of file: the tracer has died or given up. */
	if (read(release_fd, &byte, 1) != 1)
		_exit(125);
	prctl(TRACER_MARK, (unsigned long)cookie, 0, 0, 0);
	if (hook->enter && hook->enter(hook->ctx, &e) < 0)
		report(status_fd, STAGE_HOOK, e.code, error_text(&e));
	report(status_fd, STAGE_EXEC, lookup_exec(&command, argv, environ), "");
	__builtin_unreachable();
}

/* --- the parent's side ------------------------------------------------------------------------ */

int child_start(char **argv, const struct identity *id, uint64_t cookie,
		const struct signals *signals, const struct child_hook *hook, struct child *ret,
		struct error *e)
{
	CLEANUP_CLOSE int release_read = -1, release_write = -1, status_read = -1,
			  status_write = -1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, errno, "cannot make a pipe");
	release_read = fds[0];
	release_write = fds[1];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(e, errno, "cannot make a pipe");
	status_read = fds[0];
	status_write = fds[1];
	pid = fork();
	if (pid < 0)
		return error_errno(e, errno, "cannot fork");
	if (pid == 0) {
		close(release_write);
		close(status_read);
		child_main(argv, id, cookie, signals, hook, release_read, status_write);
	}
	*ret = (struct child){.pid = pid,
			      .release_fd = TAKE_FD(release_write),
			      .status_fd = TAKE_FD(status_read)};
	return 0;
}

static int exec_exit_code(const struct failure *f)
{
	if (f->stage != STAGE_EXEC)
		return 125;
	return f->err == ENOENT ? 127 : 126;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int child_release(struct child *c, const char *command, int *exit_code, struct error *e)
{
	struct failure f = {0};
	ssize_t n;

	(void)!write(c->release_fd, "", 1);
	close_fd(&c->release_fd);
	do
		n = read(c->status_fd, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	close_fd(&c->status_fd);
	if (n != (ssize_t)sizeof(f))
		return 0;
	*exit_code = exec_exit_code(&f);
	waitpid(c->pid, NULL, 0);
	c->pid = -1;
	if (f.stage == STAGE_USER)
		return error_errno(e, f.err, "cannot become the invoking user");
	if (f.stage == STAGE_ENVIRONMENT)
		return error_errno(e, f.err,
				   "cannot read the environment from /proc/self/environ (with file "
				   "capabilities the loader takes LD_* out of the other copy)");
	f.text[sizeof(f.text) - 1] = '\0';
	if (f.stage == STAGE_HOOK)
		return error_set(e, f.err, "%s", f.text);
	return error_errno(e, f.err, "cannot run '%s'", command);
}

void child_abandon(struct child *c)
{
	close_fd(&c->release_fd);
	close_fd(&c->status_fd);
	if (c->pid > 0)
		waitpid(c->pid, NULL, 0);
	c->pid = -1;
}
