/* others - the time of a system call in a process that is not recorded.
 *
 *   others ROUNDS START STOP
 *
 * Rounds alternate between nothing and a recording that the shell command START begins and STOP
 * ends. For each kind of call: the smallest and the median processor time of a call, in ns, of both,
 * and the median of the differences within a round.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CALLS      100000
#define ROUNDS_MAX 200

static void call_getppid(void)
{
	syscall(SYS_getppid);
}

static void call_read(void)
{
	static int fd = -1;
	char c;

	if (fd < 0)
		fd = open("/dev/zero", O_RDONLY);
	if (read(fd, &c, 1) != 1)
		abort();
}

static void call_stat(void)
{
	struct stat st;

	if (stat("/etc/passwd", &st) != 0)
		abort();
}

static void call_open(void) /* two calls: open and close */
{
	int fd = open("/etc/passwd", O_RDONLY);

	if (fd < 0 || close(fd) != 0)
		abort();
}

static const struct {
	const char *name;
	void (*run)(void);
	int calls;
} kinds[] = {{"getppid", call_getppid, 1},
	     {"read", call_read, 1},
	     {"stat", call_stat, 1},
	     {"open+close", call_open, 2}};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

static double measure(size_t kind)
{
	struct timespec a, b;

	for (int i = 0; i < CALLS / 20; i++)
		kinds[kind].run();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
	for (int i = 0; i < CALLS; i++)
		kinds[kind].run();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
	return ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / CALLS /
	       kinds[kind].calls;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const double *values, int n)
{
	double sorted[ROUNDS_MAX];

	for (int i = 0; i < n; i++)
		sorted[i] = values[i];
	qsort(sorted, (size_t)n, sizeof(*sorted), by_size);
	return sorted[n / 2];
}

static double smallest(const double *values, int n)
{
	double least = values[0];

	for (int i = 1; i < n; i++)
		least = values[i] < least ? values[i] : least;
	return least;
}

static void command(const char *text)
{
	if (system(text) != 0) {
		fprintf(stderr, "others: failed: %s\n", text);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static double alone[KINDS][ROUNDS_MAX], beside[KINDS][ROUNDS_MAX], more[KINDS][ROUNDS_MAX];
	int rounds = argc == 4 ? atoi(argv[1]) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: others ROUNDS START STOP\n");
		return 2;
	}
	for (int i = 0; i < rounds; i++) {
		for (size_t k = 0; k < KINDS; k++)
			alone[k][i] = measure(k);
		command(argv[2]);
		for (size_t k = 0; k < KINDS; k++)
			beside[k][i] = measure(k);
		command(argv[3]);
		for (size_t k = 0; k < KINDS; k++)
			more[k][i] = beside[k][i] - alone[k][i];
	}
	printf("| call | alone: least, median | beside a recording | ratio of least | more, ns a "
	       "call: "
	       "least, median |\n|---|---|---|---|---|\n");
	for (size_t k = 0; k < KINDS; k++) {
		double a = smallest(alone[k], rounds), b = smallest(beside[k], rounds);

		printf("| %s | %.0f, %.0f | %.0f, %.0f | %.2f | %.0f, %.0f |\n", kinds[k].name, a,
		       median(alone[k], rounds), b, median(beside[k], rounds), b / a, b - a,
		       median(more[k], rounds));
	}
	return 0;
}
