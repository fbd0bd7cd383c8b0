/* touch - does a known set of file operations and says what a trace of them must hold.
 *
 *   touch MODE DIR EXPECTED
 *
 * Works in DIR (empty, absolute, resolved) and writes to EXPECTED one line for each path below
 * DIR that must be in the trace: "op[,op…] path", with "+created" as an op for what it makes.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *dir;
static FILE *expected;
extern char **environ;

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static const char *in_dir(const char *name)
{
	static __thread char path[8][512];
	static __thread int next;
	char *p = path[next++ % 8];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void expect(const char *ops, const char *name)
{
	flockfile(expected);
	fprintf(expected, "%s %s%s%s\n", ops, dir, name[0] ? "/" : "", name);
	funlockfile(expected);
}

static void open_close(const char *path, int flags)
{
	int fd = open(path, flags, 0644);

	check(fd >= 0, path);
	close(fd);
}

/* Files that exist before the traced run: made by `prepare`, which is not traced. */
static void prepare(void)
{
	static const char *const files[] = {"a",  "b",  "sub/c", "sub/deep/d",
					    "t0", "t1", "t2",    "t3"};

	check(mkdir(in_dir("sub"), 0755) == 0, "mkdir");
	check(mkdir(in_dir("sub/deep"), 0755) == 0, "mkdir");
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		int fd = open(in_dir(files[i]), O_CREAT | O_WRONLY, 0644);

		check(fd >= 0 && write(fd, "0123456789", 10) == 10, files[i]);
		close(fd);
	}
	check(symlink("sub", in_dir("link")) == 0, "symlink");
	check(symlink("a", in_dir("alias")) == 0, "symlink");
	check(symlink("/nowhere/at/all", in_dir("dangling")) == 0, "symlink");
}

static void mode_plain(void)
{
	struct stat st;
	char target[16];
	int fd;

	open_close(in_dir("a"), O_RDONLY);
	expect("open", "a");
	check(stat(in_dir("b"), &st) == 0, "stat");
	expect("stat", "b");
	fd = open(in_dir("sub/c"), O_RDONLY);
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED, "mmap");
	expect("open,map", "sub/c");
	check(readlink(in_dir("alias"), target, sizeof(target)) == 1, "readlink");
	expect("readlink", "alias");
	check(lstat(in_dir("dangling"), &st) == 0, "lstat");
	expect("stat", "dangling");
	check(stat(in_dir("absent"), &st) < 0, "stat");
	check(access(in_dir("a/below"), F_OK) < 0, "access");
	check(stat(in_dir("dangling"), &st) < 0, "stat");
}

/* Calls that fail because of what is there: that it is there has told the run something. */
static void mode_refused(void)
{
	char target[16];
	char *real;

	check(readlink(in_dir("a"), target, sizeof(target)) < 0, "readlink");
	expect("stat", "a");
	check(readlink(in_dir("absent"), target, 0) < 0, "readlink");
	check(mkdir(in_dir("sub"), 0755) < 0, "mkdir");
	expect("stat", "sub");
	check(open(in_dir("b"), O_RDONLY | O_CREAT | O_EXCL, 0644) < 0, "open");
	expect("stat", "b");
	check(open(in_dir("dangling"), O_RDONLY | O_CREAT | O_EXCL, 0644) < 0, "open");
	expect("stat", "dangling");
	check(open(in_dir("alias"), O_RDONLY | O_NOFOLLOW) < 0, "open");
	expect("stat", "alias");
	check(open(in_dir("link/deep"), O_WRONLY) < 0, "open");
	expect("stat", "sub/deep");
	check(open(in_dir("t0"), O_RDONLY | O_DIRECTORY) < 0, "open");
	expect("stat", "t0");
	check(getxattr(in_dir("t1"), "user.none", target, sizeof(target)) < 0, "getxattr");
	expect("stat", "t1");
	check(execl(in_dir("t2"), "t2", NULL) < 0, "execl");
	expect("stat", "t2");
	check(mkdir("/proc/new", 0755) < 0, "mkdir"); /* nothing is there, and nothing comes */
	/* Of a plain path realpath() does nothing but readlink. */
	real = realpath(in_dir("sub/deep/d"), NULL);
	check(real != NULL, "realpath");
	expect("stat", "sub/deep/d");
	expect("stat", "");
}

static void mode_dirfd(void)
{
	int sub = open(in_dir("sub"), O_PATH | O_DIRECTORY), deep, fd;
	struct stat st;

	expect("open", "sub");
	deep = openat(sub, "deep", O_RDONLY | O_DIRECTORY);
	expect("open", "sub/deep");
	fd = openat(deep, "d", O_RDONLY);
	check(fd >= 0, "openat");
	expect("open", "sub/deep/d");
	check(fstatat(deep, "../c", &st, 0) == 0, "fstatat");
	expect("stat", "sub/c");
	check(fstatat(deep, "../../b", &st, 0) == 0, "fstatat");
	expect("stat", "b");
	check(fstatat(fd, "", &st, AT_EMPTY_PATH) == 0, "fstat");
}

static void mode_chdir(void)
{
	int top;
	struct stat st;

	check(chdir(in_dir("sub")) == 0, "chdir");
	expect("stat", "sub");
	open_close("c", O_RDONLY);
	expect("open", "sub/c");
	check(chdir("deep") == 0, "chdir");
	expect("stat", "sub/deep");
	check(stat("d", &st) == 0, "stat");
	expect("stat", "sub/deep/d");
	top = open("../..", O_RDONLY | O_DIRECTORY);
	check(fchdir(top) == 0, "fchdir");
	expect("open,stat", "");
	open_close("a", O_RDONLY);
	expect("open", "a");
}

static void mode_symlink(void)
{
	struct stat st;

	open_close(in_dir("alias"), O_RDONLY);
	expect("open", "a");
	open_close(in_dir("link/c"), O_RDONLY);
	expect("open", "sub/c");
	check(stat(in_dir("link/deep/d"), &st) == 0, "stat");
	expect("stat", "sub/deep/d");
	check(lstat(in_dir("link"), &st) == 0, "lstat");
	expect("stat", "link");
}

static void mode_list(void)
{
	DIR *d = opendir(in_dir("sub"));

	check(d != NULL, "opendir");
	while (readdir(d))
		;
	closedir(d);
	expect("open,list", "sub");
}

static void mode_write(void)
{
	open_close(in_dir("new"), O_CREAT | O_WRONLY);
	expect("open,write,+created", "new");
	open_close(in_dir("a"), O_CREAT | O_RDWR);
	expect("open,write", "a");
	check(mkdir(in_dir("made"), 0755) == 0, "mkdir");
	expect("write,+created", "made");
	open_close(in_dir("made/inner"), O_CREAT | O_WRONLY);
	expect("open,write,+created", "made/inner");
	check(rename(in_dir("made/inner"), in_dir("moved")) == 0, "rename");
	expect("write,+created", "moved");
	check(symlink("a", in_dir("newlink")) == 0, "symlink");
	expect("write,+created", "newlink");
	check(link(in_dir("b"), in_dir("hard")) == 0, "link");
	expect("stat", "b");
	expect("write,+created", "hard");
	check(unlink(in_dir("t0")) == 0, "unlink");
	expect("write", "t0");
	check(truncate(in_dir("t1"), 3) == 0, "truncate");
	expect("write", "t1");
}

static void *thread_main(void *arg)
{
	open_close(in_dir(arg), O_RDONLY);
	expect("open", arg);
	return NULL;
}

static void mode_threads(void)
{
	static char *const names[] = {"t0", "t1", "t2", "t3"};
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		check(pthread_create(&threads[i], NULL, thread_main, names[i]) == 0, "pthread");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* Threads that outlive the leader of their process. */
static void *late_main(void *arg)
{
	usleep(100000);
	thread_main(arg);
	fflush(expected);
	_exit(0);
}

static void mode_leader_exit(void)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, late_main, "t0") == 0, "pthread");
	pthread_exit(NULL);
}

static void wait_child(pid_t pid)
{
	int status;

	check(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "child");
}

static void mode_fork(void)
{
	pid_t pid;

	fflush(expected);
	pid = fork();
	if (pid == 0) {
		pid_t inner;

		open_close(in_dir("a"), O_RDONLY);
		inner = fork();
		if (inner == 0) {
			open_close(in_dir("b"), O_RDONLY);
			_exit(0);
		}
		wait_child(inner);
		_exit(0);
	}
	wait_child(pid);
	expect("open", "a");
	expect("open", "b");
}

static void mode_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/cat", "cat", in_dir("a"), NULL);
		_exit(1);
	}
	wait_child(pid);
	expect("open", "a");
}

static void mode_spawn(void)
{
	char *argv[] = {"cat", (char *)in_dir("b"), NULL};
	pid_t pid = 0;

	check(posix_spawn(&pid, "/bin/cat", NULL, NULL, argv, environ) == 0, "posix_spawn");
	wait_child(pid);
	expect("open", "b");
}

/* A daemon: two forks and a session of its own; the parent does not wait. */
static void mode_daemon(void)
{
	pid_t pid;

	expect("open", "t2");
	fflush(expected);
	pid = fork();
	if (pid == 0) {
		setsid();
		if (fork() == 0) {
			usleep(200000);
			open_close(in_dir("t2"), O_RDONLY);
		}
		_exit(0);
	}
	wait_child(pid);
}

static void write_script(const char *name, const char *text)
{
	int fd = open(in_dir(name), O_CREAT | O_WRONLY, 0755);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), name);
	close(fd);
}

static void mode_prepare_scripts(void)
{
	char text[600];

	write_script("inner.sh", "#!/bin/sh\nexec cat \"$2\"\n");
	snprintf(text, sizeof(text), "#!%s\n", in_dir("inner.sh"));
	write_script("outer", text);
}

/* #! naming a script that names a shell: the kernel opens all of them itself. */
static void mode_script(void)
{
	expect("exec", "outer");
	expect("exec,open", "inner.sh"); /* the shell opens what it runs */
	expect("open", "a");
	fflush(expected);
	execl(in_dir("outer"), "outer", in_dir("a"), NULL);
	check(0, "execl");
}

static void mode_inherited(void)
{
	/* Descriptor 9 was opened before the recording began: only the mapping shows it. */
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 9, 0) != MAP_FAILED, "mmap");
	expect("map", "a");
}

static void mode_io_uring(void)
{
	char params[120] = {0};

	syscall(SYS_io_uring_setup, 4, params);
}

static void mode_compat(void)
{
#ifdef __x86_64__
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long fd;

	check(low != MAP_FAILED, "mmap");
	snprintf(low, 4096, "%s/a", dir);
	/* int 0x80: open is number 5 there */
	__asm__ volatile("int $0x80" : "=a"(fd) : "a"(5), "b"(low), "c"(0), "d"(0) : "memory");
	check(fd >= 0, "32-bit open");
	expect("open", "a");
#endif
}

/* Goes down `depth` directories that it makes; with `path` not NULL says so. */
static void go_down(int depth, char *path)
{
	char name[] = "0123456789";

	check(chdir(dir) == 0, "chdir");
	expect("stat", "");
	for (int i = 0; i < depth; i++) {
		check(mkdir(name, 0755) == 0, "mkdir");
		check(chdir(name) == 0, "chdir");
		if (path) {
			strcat(path, path[0] ? "/" : "");
			strcat(path, name);
			expect("write,stat,+created", path);
		}
	}
}

static void mode_deep(void)
{
	static char path[300 * 11 + 8];

	go_down(300, path);
	open_close("leaf", O_CREAT | O_WRONLY);
	strcat(path, "/leaf");
	expect("open,write,+created", path);
}

static void mode_abyss(void)
{
	go_down(3000, NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = {
	{"prepare", prepare},        {"prepare-scripts", mode_prepare_scripts},
	{"plain", mode_plain},       {"dirfd", mode_dirfd},
	{"chdir", mode_chdir},       {"symlink", mode_symlink},
	{"list", mode_list},         {"write", mode_write},
	{"threads", mode_threads},   {"leader-exit", mode_leader_exit},
	{"fork", mode_fork},         {"vfork", mode_vfork},
	{"spawn", mode_spawn},       {"daemon", mode_daemon},
	{"script", mode_script},     {"inherited", mode_inherited},
	{"io_uring", mode_io_uring}, {"compat", mode_compat},
	{"deep", mode_deep},         {"abyss", mode_abyss},
	{"refused", mode_refused},
};

int main(int argc, char **argv)
{
	check(argc == 4, "usage: touch MODE DIR EXPECTED");
	dir = argv[2];
	expected = fopen(argv[3], "we");
	check(expected != NULL, argv[3]);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strcmp(modes[i].name, argv[1]) == 0) {
			modes[i].run();
			return fclose(expected) != 0;
		}
	fprintf(stderr, "no mode %s\n", argv[1]);
	return 1;
}
