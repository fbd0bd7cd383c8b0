#include "generate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum how { THREAD, FORK, VFORK, CLONE3, SPAWN, CHROOT, MOUNTS_OWN, PIVOT, HOWS };

#define WORKERS  (HOWS + 2)
#define SPAWN_FD 60

extern char **environ;
static char **main_argv;

void fail(const char *what, const char *name)
{
	fprintf(stderr, "generate: %s: %s: %s\n", what, name, strerror(errno));
	_exit(3);
}

void expect_path(struct worker *w, const char *ops, const char *path)
{
	fwrite(ops, strlen(ops) + 1, 1, w->log);
	fwrite(path, strlen(path) + 1, 1, w->log);
}

void expect(struct worker *w, const char *ops, const struct node *n)
{
	char *path;

	if (n->hidden)
		return;
	path = node_path(&w->world, n);
	expect_path(w, ops, path);
	free(path);
}

/* --- prepare ---------------------------------------------------------------------------------- */

static void copy_program(int dirfd, const char *name)
{
	static char text[1 << 20];
	int from = open("/bin/true", O_RDONLY), to;
	ssize_t n = read(from, text, sizeof(text));

	to = openat(dirfd, name, O_CREAT | O_WRONLY | O_EXCL, 0755);
	if (n <= 0 || to < 0 || write(to, text, (size_t)n) != n)
		fail("copy", name);
	close(from);
	close(to);
}

static void prepare(int dirfd, const struct node *n)
{
	int fd;

	switch (n->kind) {
	case DIRECTORY:
		if (mkdirat(dirfd, n->name, 0755) < 0)
			fail("mkdir", n->name);
		fd = openat(dirfd, n->name, O_RDONLY | O_DIRECTORY);
		for (const struct node *k = n->kids; k; k = k->next)
			prepare(fd, k);
		close(fd);
		break;
	case PLAIN:
		fd = openat(dirfd, n->name, O_CREAT | O_WRONLY | O_EXCL, 0644);
		if (fd < 0 || write(fd, "content", 7) != 7)
			fail("create", n->name);
		close(fd);
		break;
	case PROGRAM:
		copy_program(dirfd, n->name);
		break;
	case SYMLINK:
		if (symlinkat(n->text, dirfd, n->name) < 0)
			fail("symlink", n->name);
		break;
	}
}

/* --- workers ---------------------------------------------------------------------------------- */

static bool enter(struct worker *w, enum how how)
{
	switch (how) {
	case THREAD: /* a current directory of its own */
		return unshare(CLONE_FS) == 0;
	case CHROOT:
		return enter_chroot(w);
	case MOUNTS_OWN:
		return enter_mounts(w);
	case PIVOT:
		return enter_pivot(w);
	default:
		return true;
	}
}

static void open_log(struct worker *w, const char *prefix)
{
	char path[512];

	snprintf(path, sizeof(path), "%s.%d", prefix, w->number);
	w->log = fopen(path, "we");
	if (!w->log)
		fail("log", path);
}

static enum how how_of(int number)
{
	return (enum how)(number % HOWS);
}

static void work(int number, char **argv)
{
	struct worker *w = calloc(1, sizeof(*w));
	char name[16];

	w->number = number;
	w->seed = strtoull(argv[2], NULL, 10);
	w->ops = (int)strtoul(argv[5], NULL, 10);
	w->random.state = w->seed * 7919 + (uint64_t)number;
	w->may_exec = true;
	world_init(&w->world, w->seed, argv[3], WORKERS);
	snprintf(name, sizeof(name), "w%d", number);
	w->own = node_find(w->world.top, name, strlen(name));
	for (int i = 0; i < 4; i++)
		w->fds[i] = -1;
	open_log(w, argv[4]);
	if (how_of(number) == SPAWN) { /* what its parent has let it do */
		expect(w, "open", node_find(w->world.top, "shared", 6));
		expect(w, "stat", w->own);
		close(SPAWN_FD);
	}
	/* Everybody begins in its own tree. */
	w->cwd = world_spot(&w->world, w->own);
	if (how_of(number) == THREAD && !enter(w, THREAD))
		fail("unshare", "fs");
	if (chdir(node_path(&w->world, w->own)) < 0)
		fail("chdir", name);
	expect(w, "stat", w->own);
	if (how_of(number) == THREAD || enter(w, how_of(number)))
		for (int i = 0; i < w->ops; i++)
			operate(w);
	if (fclose(w->log) != 0)
		fail("log", argv[4]);
}

static void *thread_main(void *arg)
{
	work((int)(intptr_t)arg, main_argv);
	return NULL;
}

static void child_main(int number)
{
	work(number, main_argv);
	_exit(0);
}

static void worker_argv(int number, char *text, size_t size, char *argv[8])
{
	snprintf(text, size, "%d", number);
	argv[0] = main_argv[0];
	argv[1] = "worker";
	for (int i = 2; i < 6; i++)
		argv[i] = main_argv[i];
	argv[6] = text;
	argv[7] = NULL;
}

/* With file actions: the child opens the shared directory, and its own becomes the current one,
 * before it executes anything. */
static pid_t spawn(int number, char **argv)
{
	posix_spawn_file_actions_t actions;
	char shared[512], own[512];
	pid_t pid;

	snprintf(shared, sizeof(shared), "%s/shared", main_argv[3]);
	snprintf(own, sizeof(own), "%s/w%d", main_argv[3], number);
	if (posix_spawn_file_actions_init(&actions) != 0 ||
	    posix_spawn_file_actions_addopen(&actions, SPAWN_FD, shared, O_RDONLY | O_DIRECTORY,
					     0) != 0 ||
	    posix_spawn_file_actions_addchdir_np(&actions, own) != 0 ||
	    posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ) != 0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static pid_t start(int number)
{
	struct clone_args clone3 = {.exit_signal = SIGCHLD};
	char *argv[8], text[16];
	pid_t pid = -1;

	worker_argv(number, text, sizeof(text), argv);
	switch (how_of(number)) {
	case VFORK:
		pid = vfork();
		if (pid == 0) {
			execv("/proc/self/exe", argv);
			_exit(4);
		}
		break;
	case SPAWN:
		pid = spawn(number, argv);
		break;
	case CLONE3:
		pid = (pid_t)syscall(SYS_clone3, &clone3, sizeof(clone3));
		if (pid == 0)
			child_main(number);
		break;
	default:
		pid = fork();
		if (pid == 0)
			child_main(number);
	}
	if (pid < 0)
		fail("start", text);
	return pid;
}

static int run(void)
{
	pthread_t threads[WORKERS];
	bool is_thread[WORKERS] = {false};
	int bad = 0, status;

	/* Processes first: fork and threads do not mix well. */
	for (int i = 0; i < WORKERS; i++)
		if (how_of(i) != THREAD)
			start(i);
	for (int i = 0; i < WORKERS; i++) {
		is_thread[i] = how_of(i) == THREAD;
		if (is_thread[i] &&
		    pthread_create(&threads[i], NULL, thread_main, (void *)(intptr_t)i) != 0)
			fail("start", "thread");
	}
	for (int i = 0; i < WORKERS; i++)
		if (is_thread[i])
			pthread_join(threads[i], NULL);
	while (wait(&status) > 0)
		bad |= status;
	return bad != 0;
}

int main(int argc, char **argv)
{
	main_argv = argv;
	setbuf(stdout, NULL);
	if (argc == 4 && strcmp(argv[1], "prepare") == 0) {
		struct world w = {0};
		int fd = open(argv[3], O_RDONLY | O_DIRECTORY);

		world_init(&w, strtoull(argv[2], NULL, 10), argv[3], WORKERS);
		for (const struct node *k = w.top->kids; k; k = k->next)
			prepare(fd, k);
		return 0;
	}
	if ((argc == 6 || argc == 7) && strcmp(argv[1], "run") == 0) {
		if (argc == 7 && mount("none", argv[3], "overlay", 0, argv[6]) < 0)
			fail("mount overlayfs", argv[3]);
		return run();
	}
	if (argc == 7 && strcmp(argv[1], "worker") == 0)
		child_main(atol(argv[6]) & 0xff);
	fprintf(stderr, "usage: generate prepare SEED DIR | run SEED DIR LOG OPS "
			"[OVERLAY]\n");
	return 2;
}
