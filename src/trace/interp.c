#include "trace/interp.h"

#include "base/mem.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define BINPRM_BUF_SIZE 256 /* include/uapi/linux/binfmts.h: how much of the line counts */

static char *script_interp(const char *line, size_t n)
{
	size_t start = 2, len;

	while (start < n && (line[start] == ' ' || line[start] == '\t'))
		start++;
	for (len = 0; start + len < n && !strchr(" \t\n", line[start + len]); len++)
		;
	return len ? xstrndup(line + start, len) : NULL;
}

static bool read_at(int fd, void *to, size_t n, uint64_t offset)
{
	return offset <= INT64_MAX && pread(fd, to, n, (off_t)offset) == (ssize_t)n;
}

static char *read_interp(int fd, uint64_t offset, uint64_t size)
{
	char path[PATH_MAX];

	if (size < 2 || size > sizeof(path) || !read_at(fd, path, size, offset) || path[size - 1])
		return NULL;
	return xstrdup(path);
}

/* Program headers are few; a file that claims more than the kernel accepts has none for us. */
#define PHDRS_MAX 512

static char *elf64_interp(int fd)
{
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr;

	if (!read_at(fd, &ehdr, sizeof(ehdr), 0) || ehdr.e_phentsize != sizeof(phdr))
		return NULL;
	for (size_t i = 0; i < ehdr.e_phnum && i < PHDRS_MAX; i++)
		if (read_at(fd, &phdr, sizeof(phdr), ehdr.e_phoff + i * sizeof(phdr)) &&
		    phdr.p_type == PT_INTERP)
			return read_interp(fd, phdr.p_offset, phdr.p_filesz);
	return NULL;
}

static char *elf32_interp(int fd)
{
	Elf32_Ehdr ehdr;
	Elf32_Phdr phdr;

	if (!read_at(fd, &ehdr, sizeof(ehdr), 0) || ehdr.e_phentsize != sizeof(phdr))
		return NULL;
	for (size_t i = 0; i < ehdr.e_phnum && i < PHDRS_MAX; i++)
		if (read_at(fd, &phdr, sizeof(phdr), ehdr.e_phoff + i * sizeof(phdr)) &&
		    phdr.p_type == PT_INTERP)
			return read_interp(fd, phdr.p_offset, phdr.p_filesz);
	return NULL;
}

bool interp_of(const char *path, char **ret)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char head[BINPRM_BUF_SIZE];
	ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);

	*ret = NULL;
	if (n < 0)
		return false;
	if (n >= 3 && memcmp(head, "#!", 2) == 0)
		*ret = script_interp(head, (size_t)n);
	else if (n >= EI_NIDENT && memcmp(head, ELFMAG, SELFMAG) == 0)
		*ret = head[EI_CLASS] == ELFCLASS64 ? elf64_interp(fd) : elf32_interp(fd);
	return true;
}
