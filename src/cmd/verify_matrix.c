#include "cmd/verify_session.h"

#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/strmap.h"

#include <ctype.h>
#include <errno.h>
#include <paths.h>
#include <string.h>

#define MATRIX_MAX ((size_t)1 << 20) /* bytes */

static struct job *add_job(struct session *s)
{
	s->jobs = xreallocarray(s->jobs, s->n_jobs + 1, sizeof(*s->jobs));
	s->jobs[s->n_jobs] = (struct job){.was = OUTCOME_NONE};
	return &s->jobs[s->n_jobs++];
}

void session_command(struct session *s, char **argv)
{
	struct job *job = add_job(s);
	CLEANUP_BUF struct buf text = {0};

	for (size_t i = 0; argv[i]; i++)
		buf_addf(&text, "%s%s", i ? " " : "", argv[i]);
	job->argv = argv;
	job->text = buf_take(&text);
	job->name = xstrdup(job->text);
	job->who = xstrdup(job->text);
}

/* The length of NAME in "NAME: COMMAND", or 0. */
static size_t name_len(const char *line)
{
	size_t n = 0;

	while (isalnum((unsigned char)line[n]) || (line[n] && strchr("_.-", line[n])))
		n++;
	return line[n] == ':' && (!line[n + 1] || strchr(" \t", line[n + 1])) ? n : 0;
}

static void trim(char *line)
{
	size_t n = strlen(line);

	while (n && isspace((unsigned char)line[n - 1]))
		line[--n] = '\0';
}

static int add_line(struct session *s, char *line, struct strmap *names, const char *file,
		    size_t number, struct error *e)
{
	size_t n = name_len(line);
	const char *command = line + (n ? n + 1 : 0);
	struct job *job;
	size_t first;
	bool is_new;

	command += strspn(command, " \t");
	if (!*command)
		return error_set(e, EINVAL, "%s:%zu: '%.*s' has no command", file, number, (int)n,
				 line);
	job = add_job(s);
	job->text = xstrdup(command);
	job->name = n ? xstrndup(line, n) : xstrdup(command);
	job->who = n ? xasprintf("%s: %s", job->name, command) : xstrdup(command);
	job->shell = true;
	job->argv = xcalloc(4, sizeof(*job->argv));
	job->argv[0] = xstrdup(_PATH_BSHELL);
	job->argv[1] = xstrdup("-c");
	job->argv[2] = xstrdup(command);
	first = *strmap_add(names, job->name, strlen(job->name), number, &is_new);
	if (!is_new)
		return error_set(e, EINVAL, "%s:%zu: there is a '%s' already, in line %zu", file,
				 number, job->name, first);
	return 0;
}

int session_matrix(struct session *s, const char *file, struct error *e)
{
	CLEANUP_STRMAP struct strmap names = {0};
	CLEANUP_BUF struct buf text = {0};
	size_t number = 0;
	int r = file_read(file, MATRIX_MAX, &text, e);

	if (r < 0)
		return r;
	if (text.len && memchr(text.data, '\0', text.len))
		return error_set(e, EINVAL, "%s is no list of commands: it holds a NUL byte", file);
	for (char *line = text.data, *next; r == 0 && line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		number++;
		line += strspn(line, " \t\r");
		trim(line);
		if (*line && *line != '#')
			r = add_line(s, line, &names, file, number, e);
	}
	if (r == 0 && !s->n_jobs)
		r = error_set(e, EINVAL, "%s names no command", file);
	return r;
}
