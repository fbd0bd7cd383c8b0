/* compat - a 32-bit program (gcc -m32 -nostdlib -static): its calls have other numbers and structs.
 *
 *   compat DIR       works in DIR (as `touch prepare` makes it), then executes itself as
 *   compat DIR exec  which does the last calls
 *   compat DIR old   the old mmap, whose arguments are in memory: it is not followed
 *   compat DIR recvmsg | mmsg | socketcall | time64
 *                    receives two messages from the socket that is descriptor 9, each with one
 *                    descriptor, and reads from those
 *
 * What a trace must hold is in tests/bpf/routes.bats. Exits with the number of the check that
 * failed.
 */
#include <asm/unistd_32.h>

typedef unsigned int u32;

#define AT_FDCWD            (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define O_DIRECTORY         0200000

static int call(int nr, long a, long b, long c, long d, long e)
{
	int ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

static int checks;

/* Every call must succeed. */
static int must(int nr, long a, long b, long c, long d, long e)
{
	int ret = call(nr, a, b, c, d, e);

	checks++;
	if (ret < 0 && ret > -4096)
		call(__NR_exit, checks, 0, 0, 0, 0);
	return ret;
}

static char room[4096];

static long P(const void *p)
{
	return (long)p;
}

static void work(char **argv, char **envp)
{
	static char *again[4];
	static const struct {
		u32 flags_low, flags_high, mode_low, mode_high, resolve_low, resolve_high;
	} how = {0};
	int dir, fd;

	must(__NR_chdir, P(argv[1]), 0, 0, 0, 0);
	fd = must(__NR_open, P("a"), 0, 0, 0, 0);
	must(__NR_mmap2, 0, 4096, 1, 2, fd);
	must(__NR_stat64, P("b"), P(room), 0, 0, 0);
	must(__NR_lstat64, P("alias"), P(room), 0, 0, 0);
	must(__NR_readlink, P("link"), P(room), sizeof(room), 0, 0);
	dir = must(__NR_openat, AT_FDCWD, P("sub"), O_DIRECTORY, 0, 0);
	must(__NR_getdents64, dir, P(room), sizeof(room), 0, 0);
	must(__NR_faccessat, dir, P("c"), 0, 0, 0);
	must(__NR_openat2, dir, P("deep/d"), P(&how), sizeof(how), 0);
	must(__NR_statx, AT_FDCWD, P("t0"), AT_SYMLINK_NOFOLLOW, 1, P(room));
	must(__NR_mkdir, P("made"), 0755, 0, 0, 0);
	must(__NR_rename, P("t1"), P("made/t1"), 0, 0, 0);
	must(__NR_symlink, P("../t2"), P("made/link"), 0, 0, 0);
	must(__NR_access, P("made/link"), 0, 0, 0, 0);
	/* open fails: not in the trace */
	if (call(__NR_open, P("absent"), 0, 0, 0, 0) >= 0)
		call(__NR_exit, 99, 0, 0, 0, 0);
	again[0] = argv[0];
	again[1] = argv[1];
	again[2] = (char *)P("exec");
	must(__NR_execve, P(argv[0]), P(again), P(envp), 0, 0);
}

struct msghdr32 {
	u32 name, name_len, iov, iov_len, control, control_len, flags;
};

/* Two messages by the call that `how` begins with. */
static void receive(const char *how)
{
	static struct {
		u32 len, level, type;
		int fd;
		u32 room[24];
	} control[2];
	static struct {
		struct msghdr32 header;
		u32 len;
	} messages[2];
	static u32 iov[2][2], args[5];
	static char bytes[2];

	for (int i = 0; i < 2; i++) {
		iov[i][0] = (u32)P(&bytes[i]);
		iov[i][1] = 1;
		messages[i].header.iov = (u32)P(iov[i]);
		messages[i].header.iov_len = 1;
		messages[i].header.control = (u32)P(&control[i]);
		messages[i].header.control_len = sizeof(control[i]);
		args[0] = 9;
		args[1] = (u32)P(&messages[i]);
		if (how[0] == 'r')
			must(__NR_recvmsg, 9, P(&messages[i]), 0, 0, 0);
		else if (how[0] == 's')
			must(__NR_socketcall, 17 /* SYS_RECVMSG */, P(args), 0, 0, 0);
	}
	if (how[0] == 'm')
		must(__NR_recvmmsg, 9, P(messages), 2, 0, 0);
	else if (how[0] == 't')
		must(__NR_recvmmsg_time64, 9, P(messages), 2, 0, 0);
	for (int i = 0; i < 2; i++)
		must(__NR_read, control[i].fd, P(room), 1, 0, 0);
}

__attribute__((used, noreturn)) static void start(long *stack)
{
	char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;

	if (stack[0] == 2)
		work(argv, envp);
	must(__NR_chdir, P(argv[1]), 0, 0, 0, 0);
	if (argv[2][0] == 'o') {
		static u32 args[6];

		args[1] = 4096;
		args[2] = 1;
		args[3] = 2;
		args[4] = (u32)must(__NR_open, P("a"), 0, 0, 0, 0);
		must(__NR_mmap, P(args), 0, 0, 0, 0);
	} else if (argv[2][0] != 'e') {
		receive(argv[2]);
	} else {
		must(__NR_open, P("t3"), 0, 0, 0, 0);
	}
	for (;;)
		call(__NR_exit, 0, 0, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmovl %esp, %eax\n\tpushl %eax\n\tcall start\n");
