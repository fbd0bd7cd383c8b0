/* opens - many opens, for benchmarks.
 *
 *     opens COUNT DIR FILES    opens and closes DIR/00000 … by turns, COUNT times
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long count = argc == 4 ? strtoul(argv[1], NULL, 10) : 0,
		      files = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	char path[4096];

	if (!count || !files)
		return 2;
	for (unsigned long i = 0; i < count; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%05lu", argv[2], i % files);
		fd = open(path, O_RDONLY);
		if (fd < 0) {
			perror(path);
			return 1;
		}
		close(fd);
	}
	return 0;
}
