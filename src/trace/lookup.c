#include "trace/lookup.h"

#include "base/mem.h"

#include <errno.h>
#include <limits.h>
#include <paths.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

/* What execve would say of it, as far as that can be known without trying. */
static int executable_error(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	return S_ISREG(st.st_mode) && access(path, X_OK) == 0 ? 0 : EACCES;
}

static void add(struct lookup *l, char *path, int err)
{
	l->candidates = xreallocarray(l->candidates, l->n + 1, sizeof(*l->candidates));
	l->candidates[l->n++] = (struct candidate){path, err};
}

static void add_path(struct lookup *l, char *path)
{
	add(l, path, executable_error(path));
}

void lookup_command(const char *name, struct lookup *ret)
{
	const char *dirs = getenv("PATH");

	*ret = (struct lookup){0};
	if (!name[0] || strlen(name) > (strchr(name, '/') ? PATH_MAX : NAME_MAX)) {
		add(ret, xstrdup(name), name[0] ? ENAMETOOLONG : ENOENT);
		return;
	}
	if (strchr(name, '/')) {
		add_path(ret, xstrdup(name));
		return;
	}
	for (const char *p = dirs ? dirs : _PATH_DEFPATH;; p++) {
		size_t n = strcspn(p, ":");

		add_path(ret, n ? xasprintf("%.*s/%s", (int)n, p, name) : xasprintf("./%s", name));
		p += n;
		if (!*p)
			return;
	}
}

/* A script without #! is given to the shell. */
static void exec_shell(const char *path, char **argv, char **envp)
{
	CLEANUP_FREE char **args = NULL;
	size_t n = 0;

	while (argv[n])
		n++;
	args = xreallocarray(NULL, n + 2, sizeof(*args));
	args[0] = (char *)(uintptr_t)_PATH_BSHELL;
	args[1] = (char *)(uintptr_t)path;
	memcpy(args + 2, argv + 1, n * sizeof(*args));
	execve(_PATH_BSHELL, args, envp);
}

/* Whether the search goes on after this error (glibc, posix/execvpe.c). */
static bool goes_on(int err)
{
	return err == EACCES || err == ENOENT || err == ESTALE || err == ENOTDIR || err == ENODEV ||
	       err == ETIMEDOUT;
}

static int candidate_exec(const struct candidate *c, char **argv, char **envp)
{
	if (c->err)
		return c->err;
	execve(c->path, argv, envp);
	if (errno == ENOEXEC)
		exec_shell(c->path, argv, envp);
	return errno;
}

int lookup_exec(const struct lookup *l, char **argv, char **envp)
{
	bool denied = false;
	int err = ENOENT;

	for (size_t i = 0; i < l->n; i++) {
		err = candidate_exec(&l->candidates[i], argv, envp);
		if (!goes_on(err))
			return err;
		denied |= err == EACCES;
	}
	return denied ? EACCES : err;
}

void lookup_free(struct lookup *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->candidates[i].path);
	free(l->candidates);
	*l = (struct lookup){0};
}
