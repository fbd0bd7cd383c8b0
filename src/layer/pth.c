#include "layer/pth.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_LIMIT ((size_t)1 << 20) /* bytes */

static void add_source(struct pth *p, char *dir, char *only, char *inside)
{
	p->sources = xreallocarray(p->sources, p->n_sources + 1, sizeof(*p->sources));
	p->sources[p->n_sources++] =
		(struct pth_source){.dir = dir, .only = only, .inside = inside};
}

static bool read_text(const char *dir, const char *name, struct buf *ret)
{
	CLEANUP_ERROR struct error ignored = {0};
	CLEANUP_FREE char *path = path_join(dir, name);

	return file_read(path, FILE_LIMIT, ret, &ignored) == 0 && ret->data;
}

/* --- finders ---------------------------------------------------------------------------------- */

/* A string of Python's repr() at *s; moves *s behind it. NULL when there is none. */
static char *take_repr(const char **s)
{
	CLEANUP_BUF struct buf b = {0};
	char quote = **s;
	const char *p;

	if (quote != '\'' && quote != '"')
		return NULL;
	for (p = *s + 1; *p && *p != quote && *p != '\n'; p++) {
		if (*p == '\\' && (p[1] == '\\' || p[1] == '\'' || p[1] == '"'))
			p++;
		buf_addch(&b, *p);
	}
	if (*p != quote)
		return NULL;
	*s = p + 1;
	return buf_take(&b);
}

/* 'ns.alpha': '/src/ns/alpha' or '/src/mod.py'. A name that its path does not end in stands for
 * the whole directory. Takes neither string. */
static void add_mapping(struct pth *p, const char *name, const char *path)
{
	const char *last = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
	size_t n = strlen(last);
	CLEANUP_FREE char *real = realpath(path, NULL);
	CLEANUP_FREE char *inside = xstrndup(name, (size_t)(last - name));
	const char *base = real ? path_base(real) : NULL;

	if (!real)
		return;
	for (char *c = inside; *c; c++)
		if (*c == '.')
			*c = c[1] ? '/' : '\0';
	if (strncmp(base, last, n) == 0 && (!base[n] || strcmp(base + n, ".py") == 0))
		add_source(p, path_dir(real), xstrdup(base), TAKE_PTR(inside));
	else
		add_source(p, TAKE_PTR(real), NULL,
			   xasprintf("%s%s%s", inside, *inside ? "/" : "", last));
}

/* The entries of the dictionary that starts behind `s`. */
static void read_mapping(struct pth *p, const char *s)
{
	s += strcspn(s, "{\n");
	while (*s == '{' || *s == ',') {
		CLEANUP_FREE char *name = NULL;
		CLEANUP_FREE char *path = NULL;

		s += 1 + strspn(s + 1, " \t");
		name = take_repr(&s);
		s += strspn(s, " \t:");
		path = name ? take_repr(&s) : NULL;
		if (!path)
			return;
		add_mapping(p, name, path);
		s += strspn(s, " \t");
	}
}

static void read_finder(struct pth *p, const char *site, const char *module)
{
	CLEANUP_BUF struct buf text = {0};
	CLEANUP_FREE char *name = xasprintf("%s.py", module);

	if (!read_text(site, name, &text))
		return;
	for (const char *line = text.data; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "MAPPING", 7) == 0 && strchr(" :=", line[7])) {
			read_mapping(p, line);
			return;
		}
	}
}

/* --- lines ------------------------------------------------------------------------------------ */

/* Behind each "import" in an executed line stands a name: "import x", "__import__('x')",
 * "import_module('x')", also inside a string that is executed in turn. */
static void read_imports(struct pth *p, const char *line)
{
	static const char word[] = "import";

	for (const char *s = strstr(line, word); s; s = strstr(s, word)) {
		const char *start, *behind;
		size_t n = 0;

		s += sizeof(word) - 1;
		behind = s + (strncmp(s, "_module", 7) == 0 ? 7 : strncmp(s, "__", 2) == 0 ? 2 : 0);
		start = behind + strspn(behind, " \t('\"");
		while (isalnum((unsigned char)start[n]) || start[n] == '_')
			n++;
		if (!n || start == behind)
			continue;
		p->imports = xreallocarray(p->imports, p->n_imports + 1, sizeof(*p->imports));
		p->imports[p->n_imports++] = xstrndup(start, n);
	}
}

static void read_line(struct pth *p, const char *site, const char *line)
{
	CLEANUP_FREE char *path = NULL;
	CLEANUP_FREE char *real = NULL;
	struct stat st;

	if (strncmp(line, "import", 6) == 0 && (line[6] == ' ' || line[6] == '\t')) {
		read_imports(p, line);
		return;
	}
	if (!line[0] || line[0] == '#')
		return;
	path = path_join(site, line);
	real = realpath(path, NULL);
	if (real && stat(real, &st) == 0 && S_ISDIR(st.st_mode) && !path_below(real, site))
		add_source(p, TAKE_PTR(real), NULL, xstrdup(""));
}

static void read_file(struct pth *p, const char *site, const char *name)
{
	CLEANUP_BUF struct buf text = {0};
	char *rest, *line;

	if (!read_text(site, name, &text))
		return;
	rest = text.data;
	while ((line = strsep(&rest, "\n"))) {
		size_t n = strlen(line);

		while (n && isspace((unsigned char)line[n - 1]))
			line[--n] = '\0';
		read_line(p, site, line);
	}
}

static int is_path_file(const struct dirent *de)
{
	size_t n = strlen(de->d_name);

	return n > 4 && de->d_name[0] != '.' && strcmp(de->d_name + n - 4, ".pth") == 0;
}

void pth_read(const char *site, struct pth *ret)
{
	struct dirent **names;
	int n = scandir(site, &names, is_path_file, alphasort);

	*ret = (struct pth){0};
	for (int i = 0; i < n; i++) {
		read_file(ret, site, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	for (size_t i = 0; i < ret->n_imports; i++)
		if (strncmp(ret->imports[i], "__editable__", 12) == 0)
			read_finder(ret, site, ret->imports[i]);
}

bool pth_imports(const struct pth *p, const char *name, size_t len)
{
	for (size_t i = 0; i < p->n_imports; i++)
		if (strlen(p->imports[i]) == len && memcmp(p->imports[i], name, len) == 0)
			return true;
	return false;
}

void pth_free(struct pth *p)
{
	for (size_t i = 0; i < p->n_sources; i++) {
		struct pth_source *s = &p->sources[i];

		for (size_t k = 0; k < s->n_names; k++)
			free(s->names[k]);
		free(s->names);
		free(s->dir);
		free(s->only);
		free(s->inside);
	}
	for (size_t i = 0; i < p->n_imports; i++)
		free(p->imports[i]);
	free(p->sources);
	free(p->imports);
	*p = (struct pth){0};
}
