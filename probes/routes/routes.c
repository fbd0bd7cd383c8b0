/* routes - ways to a file that no path in the traced program's own calls leads to.
 *
 *   routes ring DIR                 opens DIR/a through io_uring
 *   routes with-ring COMMAND…       runs a command that has a ring as descriptor 9
 *   routes enter | map              uses that ring: by a call, by its memory
 *   routes receive FD [MESSAGES]    takes the descriptors that are waiting in a socket, and reads
 *                                   the files; all messages at once (recvmmsg)
 *   routes getfd PID FD             takes one from another process
 *   routes handle DIR               opens DIR/a by its handle
 *   routes call NUMBER              a system call that succeeds though the kernel may not know it
 *                                   (seccomp answers in its place)
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void read_one(int fd)
{
	char c;

	check(fd >= 0 && read(fd, &c, 1) == 1, "read");
}

static void make_ring(struct io_uring *ring)
{
	int r = io_uring_queue_init(4, ring, 0);

	if (r == -EPERM || r == -ENOSYS)
		exit(77); /* not on this machine */
	check(r == 0, "io_uring_queue_init");
}

static void mode_ring(char **argv)
{
	struct io_uring ring;
	struct io_uring_cqe *cqe;
	char path[512];

	snprintf(path, sizeof(path), "%s/a", argv[2]);
	make_ring(&ring);
	io_uring_prep_openat(io_uring_get_sqe(&ring), AT_FDCWD, path, O_RDONLY, 0);
	check(io_uring_submit(&ring) == 1, "io_uring_submit");
	check(io_uring_wait_cqe(&ring, &cqe) == 0, "io_uring_wait_cqe");
	read_one(cqe->res);
}

static void mode_with_ring(char **argv)
{
	struct io_uring ring;

	make_ring(&ring);
	check(dup2(ring.ring_fd, 9) == 9, "dup2");
	execvp(argv[2], argv + 2);
	check(0, argv[2]);
}

static void mode_enter(char **argv)
{
	(void)argv;
	check(syscall(SYS_io_uring_enter, 9, 0, 0, 0, NULL, 0) == 0, "io_uring_enter");
}

static void mode_map(char **argv)
{
	(void)argv;
	check(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 9, IORING_OFF_SQ_RING) !=
		      MAP_FAILED,
	      "mmap");
}

#define MESSAGES 8

/* Reads from each descriptor that a message has brought, wherever among its control messages. */
static void read_received(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; CMSG_LEN((i + 1) * sizeof(int)) <= c->cmsg_len; i++)
			read_one(((int *)(void *)CMSG_DATA(c))[i]);
	}
}

static void mode_receive(char **argv)
{
	static union {
		struct cmsghdr header;
		char room[512];
	} control[MESSAGES];
	static char bytes[MESSAGES];
	struct iovec iov[MESSAGES];
	struct mmsghdr msg[MESSAGES];
	int fd = atoi(argv[2]), n = 1;

	for (int i = 0; i < MESSAGES; i++) {
		iov[i] = (struct iovec){&bytes[i], 1};
		msg[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
						 .msg_iovlen = 1,
						 .msg_control = &control[i],
						 .msg_controllen = sizeof(control[i])};
	}
	if (argv[3]) {
		n = recvmmsg(fd, msg, (unsigned)atoi(argv[3]), MSG_DONTWAIT, NULL);
		check(n == atoi(argv[3]), "recvmmsg");
	} else {
		check(recvmsg(fd, &msg[0].msg_hdr, 0) == 1, "recvmsg");
	}
	for (int i = 0; i < n; i++)
		read_received(&msg[i].msg_hdr);
}

static void mode_getfd(char **argv)
{
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(argv[2]), 0);

	check(pidfd >= 0, "pidfd_open");
	read_one((int)syscall(SYS_pidfd_getfd, pidfd, atoi(argv[3]), 0));
}

static void mode_handle(char **argv)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} h = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int dir = open(argv[2], O_RDONLY | O_DIRECTORY), mount_id;

	check(name_to_handle_at(dir, "a", &h.handle, &mount_id, 0) == 0, "name_to_handle_at");
	read_one(open_by_handle_at(dir, &h.handle, O_RDONLY));
}

static void mode_call(char **argv)
{
	unsigned nr = (unsigned)strtoul(argv[2], NULL, 0);
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {sizeof(filter) / sizeof(*filter), filter};

	check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
	check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0, "seccomp");
	check(syscall((long)nr) == 0, "the call");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(char **argv);
		int args;
	} modes[] = {
		{"ring", mode_ring, 3},       {"with-ring", mode_with_ring, 3},
		{"enter", mode_enter, 2},     {"map", mode_map, 2},
		{"receive", mode_receive, 3}, {"getfd", mode_getfd, 4},
		{"handle", mode_handle, 3},   {"call", mode_call, 3},
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (argc >= 2 && strcmp(modes[i].name, argv[1]) == 0 && argc >= modes[i].args) {
			modes[i].run(argv);
			return 0;
		}
	fprintf(stderr, "usage: routes MODE …\n");
	return 2;
}
