#include "trace/witness.h"

#include "base/buf.h"
#include "base/embed.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)16 << 20) /* the largest codec table is under 2 MB */

EMBED(witness_text, WITNESS);

char *witness_package(const char *path)
{
	static const char *const tails[] = {"*/encodings/__init__.py",
					    "*/encodings/__pycache__/__init__.*.pyc"};

	for (size_t i = 0; i < ARRAY_SIZE(tails); i++)
		if (fnmatch(tails[i], path, 0) == 0) {
			const char *end = strstr(path, "/encodings/");

			/* The last one: a package may lie below another of the name. */
			for (const char *p = end; p; p = strstr(p + 1, "/encodings/"))
				end = p;
			return xasprintf("%.*s/encodings", (int)(end - path), path);
		}
	return NULL;
}

static int copy_file(const char *from, const char *to, const char *behind, struct error *e)
{
	CLEANUP_CLOSE int fd = -1;
	CLEANUP_BUF struct buf text = {0};
	struct stat st;
	int r = file_read(from, FILE_MAX, &text, e);

	if (r < 0)
		return r;
	if (stat(from, &st) < 0)
		return error_errno(e, errno, "cannot read %s", from);
	buf_addstr(&text, behind);
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_errno(e, errno, "cannot create %s", to);
	r = write_all(fd, text.data, text.len);
	if (r < 0)
		return error_errno(e, -r, "cannot write %s", to);
	if (futimens(fd, (struct timespec[2]){st.st_mtim, st.st_mtim}) < 0 ||
	    fchmod(fd, st.st_mode & 0777) < 0)
		return error_errno(e, errno, "cannot write %s", to);
	return 0;
}

static int copy_tree(const char *from, const char *to, bool top, struct error *e);

static int copy_entry(const char *from, const char *to, const char *name, bool top, struct error *e)
{
	CLEANUP_FREE char *source = path_join(from, name), *target = path_join(to, name);
	struct stat st;

	if (stat(source, &st) < 0)
		return 0; /* a dangling symlink */
	if (S_ISDIR(st.st_mode))
		return top && strcmp(name, "__pycache__") == 0 ? copy_tree(source, target, false, e)
							       : 0;
	/* Bytecode of the __init__ as it was. */
	if (!S_ISREG(st.st_mode) || (!top && strncmp(name, "__init__.", 9) == 0))
		return 0;
	return copy_file(source, target,
			 top && strcmp(name, "__init__.py") == 0 ? witness_text : "", e);
}

static int copy_tree(const char *from, const char *to, bool top, struct error *e)
{
	DIR *dir = opendir(from);
	struct dirent *de;
	int r = 0;

	if (!dir)
		return error_errno(e, errno, "cannot read %s", from);
	if (mkdir(to, 0755) < 0)
		r = error_errno(e, errno, "cannot make directory %s", to);
	while (r == 0 && (de = readdir(dir)))
		if (de->d_name[0] != '.')
			r = copy_entry(from, to, de->d_name, top, e);
	closedir(dir);
	if (r == 0 && chmod(to, 0755) < 0)
		r = error_errno(e, errno, "cannot write %s", to);
	return r;
}

int witness_make(const char *package, const char *to, struct error *e)
{
	CLEANUP_FREE char *init = path_join(package, "__init__.py");

	if (access(init, R_OK) < 0)
		return error_errno(e, errno, "cannot read %s", init);
	return copy_tree(package, to, true, e);
}
