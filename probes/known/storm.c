/* storm - many path calls at once, for recordings that cannot keep up.
 *
 *     storm DIR FIRST COUNT PROCESSES THREADS STOP [PROGRESS]
 *
 * Touches DIR/00000 + FIRST … FIRST + COUNT - 1: number k is opened (k % 3 = 0), looked at by stat
 * (1), or by access together with a failing open of DIR/missing-k (2). The numbers are dealt out
 * over the processes, which all live at the same time, and their threads. With STOP = 1 the
 * recorder, the parent, is stopped meanwhile. PROGRESS gets a byte for each number that is done,
 * through a mapping: what a storm did that is killed is known.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64u

static const char *dir;
static unsigned first, count, processes, threads;
static pid_t stopped; /* the recorder, while it is */
static volatile unsigned char *progress;

struct share {
	unsigned start, step;
};

static void die(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	if (stopped)
		kill(stopped, SIGCONT);
	_exit(99);
}

static void touch(unsigned k)
{
	char path[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%05u", dir, k);
	switch (k % 3) {
	case 0:
		fd = open(path, O_RDONLY);
		if (fd < 0 || close(fd) < 0)
			die(path);
		break;
	case 1:
		if (stat(path, &st) < 0)
			die(path);
		break;
	default:
		if (access(path, F_OK) < 0)
			die(path);
		snprintf(path, sizeof(path), "%s/missing-%05u", dir, k);
		if (open(path, O_RDONLY) >= 0 || errno != ENOENT)
			die(path);
	}
}

static void *work(void *arg)
{
	const struct share *share = arg;

	for (unsigned i = share->start; i < count; i += share->step) {
		touch(first + i);
		if (progress)
			progress[i] = 1;
	}
	return NULL;
}

static void run_threads(unsigned process)
{
	struct share shares[THREADS_MAX];
	pthread_t ids[THREADS_MAX];

	for (unsigned t = 0; t < threads; t++) {
		shares[t] = (struct share){process * threads + t, processes * threads};
		if (t && pthread_create(&ids[t], NULL, work, &shares[t]) != 0)
			die("pthread_create");
	}
	work(&shares[0]);
	for (unsigned t = 1; t < threads; t++)
		pthread_join(ids[t], NULL);
}

/* A process of its own that waits until all are there: the end of the pipe. */
static void start_process(unsigned process, const int *all_there)
{
	pid_t pid = fork();
	char byte;

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return;
	close(all_there[1]);
	if (read(all_there[0], &byte, 1) != 0)
		die("read");
	run_threads(process);
	_exit(0);
}

static void map_progress(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 || ftruncate(fd, count) < 0)
		die(path);
	progress = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (progress == MAP_FAILED)
		die(path);
	close(fd);
}

static unsigned number(const char *s)
{
	return (unsigned)strtoul(s, NULL, 10);
}

int main(int argc, char **argv)
{
	int all_there[2], status, failed = 0;

	if (argc < 7 || argc > 8 || pipe(all_there) < 0)
		die("usage: storm DIR FIRST COUNT PROCESSES THREADS STOP [PROGRESS]");
	dir = argv[1];
	first = number(argv[2]);
	count = number(argv[3]);
	processes = number(argv[4]);
	threads = number(argv[5]) < THREADS_MAX ? number(argv[5]) : THREADS_MAX;
	if (argc == 8)
		map_progress(argv[7]);
	if (number(argv[6]))
		kill(stopped = getppid(), SIGSTOP);
	for (unsigned p = 1; p < processes; p++)
		start_process(p, all_there);
	close(all_there[1]);
	run_threads(0);
	while (wait(&status) > 0)
		failed |= status;
	if (stopped)
		kill(stopped, SIGCONT);
	return failed ? 99 : 0;
}
