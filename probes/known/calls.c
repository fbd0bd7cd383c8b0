/* calls - many system calls of one kind, for benchmarks.
 *
 *     calls opens COUNT DIR FILES    opens and closes DIR/00000 … by turns, COUNT times
 *     calls WHICH COUNT              prints nanoseconds per call: getppid (which no recording looks
 *                                    at) or open (of a name that does not exist)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void opens(unsigned long count, const char *dir, unsigned long files)
{
	char path[4096];

	for (unsigned long i = 0; i < count; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%05lu", dir, i % files);
		fd = open(path, O_RDONLY);
		if (fd < 0) {
			perror(path);
			exit(1);
		}
		close(fd);
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static double per_call(const char *which, unsigned long count)
{
	double start = now();

	if (strcmp(which, "getppid") == 0)
		for (unsigned long i = 0; i < count; i++)
			syscall(SYS_getppid);
	else
		for (unsigned long i = 0; i < count; i++)
			if (open("/nonexistent", O_RDONLY) >= 0)
				exit(1);
	return (now() - start) / (double)count;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;

	if (!count || (argc != 3 && argc != 5))
		return 2;
	if (argc == 5)
		opens(count, argv[3], strtoul(argv[4], NULL, 10));
	else
		printf("%.1f\n", per_call(argv[1], count));
	return 0;
}
