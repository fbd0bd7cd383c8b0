#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int fuzz_file(const uint8_t *data, size_t size, char path[32])
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	CLAIM(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

const char *fuzz_part(const uint8_t *data, size_t size, size_t k, size_t *len)
{
	const char *p = (const char *)data, *end = p + size, *next;

	for (;; p = next + 4, k--) {
		next = size ? memmem(p, (size_t)(end - p), "\n%%\n", 4) : NULL;
		if (!k || !next)
			break;
	}
	*len = k ? 0 : (size_t)((next ? next : end) - p);
	return k || !size ? "" : p;
}
