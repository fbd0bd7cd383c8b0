#include "plan/baseline.h"

#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MAGIC "importtrace-baseline"

static const char header[] =
	"## What this layer may hold. Written by 'importtrace check LAYER --baseline FILE "
	"--update';\n"
	"## options, limits, budgets and accept lines are yours to edit (docs/check.md).\n"
	"## Totals are the sums of the package lines, so that branches can be merged.\n";

/* --- names ------------------------------------------------------------------------------------ */

char *name_encode(const char *name)
{
	struct buf out = {0};

	for (const unsigned char *p = (const unsigned char *)name; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '%')
			buf_addf(&out, "%%%02X", *p);
		else
			buf_addch(&out, (char)*p);
	if (!out.len || strcmp(name, "-") == 0) {
		buf_truncate(&out, 0);
		buf_addstr(&out, name[0] ? "%2D" : "-");
	}
	return buf_take(&out);
}

static int hex(char c)
{
	const char *digits = "0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* NULL when it is malformed. */
static char *name_decode(const char *text, size_t len)
{
	struct buf out = {0};

	if (len == 1 && text[0] == '-')
		return xstrdup("");
	for (size_t i = 0; i < len; i++) {
		int high = text[i] == '%' && i + 2 < len ? hex(text[i + 1]) : -1;
		int low = high >= 0 ? hex(text[i + 2]) : -1;

		if (text[i] != '%') {
			buf_addch(&out, text[i]);
		} else if (low >= 0 && (high || low)) {
			buf_addch(&out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_free(&out);
			return NULL;
		}
	}
	return buf_take(&out);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A blank line before each: git takes changes of lines without one between them for one change, so
 * that two branches with another version of neighbours could not be merged. */

static void add_zipped(struct buf *out, const struct figures *f, uint64_t zipped)
{
	if (f->zipped_known)
		buf_addf(out, " zipped=%" PRIu64 "\n", zipped);
	else
		buf_addstr(out, " zipped=-\n");
}

static void add_package(struct buf *out, const struct figures *f, const struct package_figures *p)
{
	CLEANUP_FREE char *name = name_encode(p->name);
	CLEANUP_FREE char *version = name_encode(p->version);

	buf_addf(out, "\npackage %s %s files=%" PRIu64 " bytes=%" PRIu64, name, version,
		 p->amount.files, p->amount.bytes);
	add_zipped(out, f, p->amount.zipped);
}

static void add_library(struct buf *out, const struct figures *f, const struct library_figures *l)
{
	CLEANUP_FREE char *path = name_encode(l->path);
	CLEANUP_FREE char *package = name_encode(l->package);
	CLEANUP_FREE char *soname = name_encode(l->soname);

	buf_addf(out, "\nlibrary %s package=%s soname=%s bytes=%" PRIu64, path, package, soname,
		 l->bytes);
	add_zipped(out, f, l->zipped);
}

void baseline_format(const struct settings *s, const struct figures *f, struct buf *out)
{
	buf_addf(out, MAGIC " %d\n%s", BASELINE_VERSION, header);
	settings_format(s, out);
	for (size_t i = 0; i < f->n_packages; i++)
		add_package(out, f, &f->packages[i]);
	for (size_t i = 0; i < f->n_libraries; i++)
		add_library(out, f, &f->libraries[i]);
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
	struct baseline *b;
	struct strmap seen; /* "p name" and "l path" → line number */
	struct buf comments;
	size_t line, cap_packages;
	bool any, zipped;
	struct error *e;
};

static int bad(struct reader *r, const char *what, const char *word, size_t len)
{
	return error_set(r->e, EINVAL, "line %zu: %s '%.*s'", r->line, what,
			 (int)(len > 80 ? 80 : len), word);
}

/* The next word of a line, ended by one blank; false at its end. */
static bool next_word(const char **at, const char **word, size_t *len)
{
	*at += strspn(*at, " \t");
	*word = *at;
	*len = strcspn(*at, " \t");
	*at += *len;
	return *len > 0;
}

static int read_name(struct reader *r, const char **at, const char *what, char **ret)
{
	const char *word;
	size_t len;

	if (!next_word(at, &word, &len))
		return error_set(r->e, EINVAL, "line %zu: %s is missing", r->line, what);
	*ret = name_decode(word, len);
	return *ret ? 0 : bad(r, "malformed name", word, len);
}

/* "key=" and a name. */
static int read_named(struct reader *r, const char **at, const char *key, char **ret)
{
	size_t n = strlen(key);

	*at += strspn(*at, " \t");
	if (strncmp(*at, key, n) != 0)
		return error_set(r->e, EINVAL, "line %zu: %s is missing", r->line, key);
	*at += n;
	return read_name(r, at, key, ret);
}

/* "key=" and a number; "-" is `none` where the caller has one. */
static int read_number(struct reader *r, const char **at, const char *key, uint64_t *ret,
		       bool *none)
{
	CLEANUP_FREE char *word = NULL;
	char *end = NULL;
	int k = read_named(r, at, key, &word);

	if (k < 0)
		return k;
	if (none && !word[0]) {
		*none = true;
		return 0;
	}
	errno = 0;
	*ret = strtoull(word, &end, 10);
	if (word[0] < '0' || word[0] > '9' || *end || errno || *ret > INT64_MAX)
		return bad(r, "not a number:", word, strlen(word));
	return 0;
}

/* zipped=…, and nothing behind it. All lines say a number, or all "-". */
static int read_zipped(struct reader *r, const char **at, uint64_t *ret)
{
	bool none = false;
	const char *word;
	size_t len;
	int k = read_number(r, at, "zipped=", ret, &none);

	if (k < 0)
		return k;
	if (next_word(at, &word, &len))
		return bad(r, "not expected:", word, len);
	r->zipped = r->any ? r->zipped && !none : !none;
	r->any = true;
	return 0;
}

static int check_new(struct reader *r, char kind, const char *name)
{
	CLEANUP_FREE char *key = xasprintf("%c %s", kind, name);
	CLEANUP_FREE char *coded = name_encode(name);
	bool is_new;
	size_t *first = strmap_add(&r->seen, key, strlen(key), r->line, &is_new);

	if (is_new)
		return 0;
	return error_set(r->e, EINVAL, "line %zu: %s %s is there already, in line %zu", r->line,
			 kind == 'p' ? "package" : "library", coded, *first);
}

static int add_amount(struct reader *r, const struct amount *a)
{
	struct amount *t = &r->b->figures.total;

	if (__builtin_add_overflow(t->files, a->files, &t->files) ||
	    __builtin_add_overflow(t->bytes, a->bytes, &t->bytes) ||
	    __builtin_add_overflow(t->zipped, a->zipped, &t->zipped))
		return error_set(r->e, EINVAL, "line %zu: the sum of the packages is too large",
				 r->line);
	return 0;
}

static int read_package(struct reader *r, const char *at)
{
	struct figures *f = &r->b->figures;
	struct package_figures *p;
	int k;

	f->packages = array_grow(f->packages, f->n_packages, &r->cap_packages, sizeof(*p));
	p = &f->packages[f->n_packages++];
	*p = (struct package_figures){0};
	k = read_name(r, &at, "the package's name", &p->name);
	if (k == 0)
		k = read_name(r, &at, "the package's version", &p->version);
	if (k == 0)
		k = read_number(r, &at, "files=", &p->amount.files, NULL);
	if (k == 0)
		k = read_number(r, &at, "bytes=", &p->amount.bytes, NULL);
	if (k == 0)
		k = read_zipped(r, &at, &p->amount.zipped);
	if (k == 0)
		k = check_new(r, 'p', p->name);
	return k < 0 ? k : add_amount(r, &p->amount);
}

static int read_library(struct reader *r, const char *at)
{
	struct figures *f = &r->b->figures;
	struct library_figures *l;
	int k;

	f->libraries = array_grow(f->libraries, f->n_libraries, &f->cap_libraries, sizeof(*l));
	l = &f->libraries[f->n_libraries++];
	*l = (struct library_figures){0};
	k = read_name(r, &at, "the library's path", &l->path);
	if (k == 0)
		k = read_named(r, &at, "package=", &l->package);
	if (k == 0)
		k = read_named(r, &at, "soname=", &l->soname);
	if (k == 0)
		k = read_number(r, &at, "bytes=", &l->bytes, NULL);
	if (k == 0)
		k = read_zipped(r, &at, &l->zipped);
	return k < 0 ? k : check_new(r, 'l', l->path);
}

static int read_setting(struct reader *r, const char *line)
{
	int k = settings_add(&r->b->settings, line, r->comments.data, false, r->e);

	buf_truncate(&r->comments, 0);
	if (r->comments.data && !r->comments.len)
		buf_free(&r->comments);
	return k < 0 ? error_add(r->e, "line %zu", r->line) : 0;
}

static bool is_conflict(const char *line)
{
	static const char *const marks[] = {"<<<<<<<", "=======", ">>>>>>>", "|||||||"};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strncmp(line, marks[i], 7) == 0 && (!line[7] || line[7] == ' '))
			return true;
	return false;
}

static int read_line(struct reader *r, const char *line)
{
	if (is_conflict(line))
		return error_set(r->e, EINVAL,
				 "line %zu: a conflict marker of git. Take the lines of both sides "
				 "that belong together, or either side, and run check --update",
				 r->line);
	if (!line[strspn(line, " \t")] || strncmp(line, "##", 2) == 0)
		return 0;
	if (line[0] == '#') {
		buf_addf(&r->comments, "%s\n", line);
		return 0;
	}
	if (strncmp(line, "package ", 8) == 0)
		return read_package(r, line + 8);
	if (strncmp(line, "library ", 8) == 0)
		return read_library(r, line + 8);
	if (setting_is(line))
		return read_setting(r, line);
	return bad(r, "unknown line", line, strlen(line));
}

bool baseline_is(const char *text, size_t len)
{
	size_t n = strlen(MAGIC);

	return len > n && memcmp(text, MAGIC " ", n + 1) == 0;
}

static int read_magic(struct reader *r, const char *line)
{
	char *end = NULL;
	unsigned long version;

	if (is_conflict(line))
		return read_line(r, line);
	if (!baseline_is(line, strlen(line)))
		return error_set(r->e, EINVAL,
				 "line 1: not a baseline (it begins with '" MAGIC " %d')",
				 BASELINE_VERSION);
	version = strtoul(line + strlen(MAGIC) + 1, &end, 10);
	if (*end || version < 1)
		return bad(r, "not a version:", line, strlen(line));
	if (version > BASELINE_VERSION)
		return error_set(
			r->e, EPROTO,
			"line 1: a baseline of version %lu; this program knows versions up "
			"to %d: use a newer importtrace",
			version, BASELINE_VERSION);
	return 0;
}

static int read_lines(struct reader *r, const char *text, size_t len)
{
	const char *end = text + len;
	int k = 0;

	if (memchr(text, '\0', len))
		return error_set(r->e, EINVAL, "not a baseline: it has NUL bytes");
	for (const char *p = text; k == 0 && p < end;) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((eol ? eol : end) - p), cr = n && p[n - 1] == '\r';
		CLEANUP_FREE char *line = xstrndup(p, n - cr);

		r->line++;
		k = r->line == 1 ? read_magic(r, line) : read_line(r, line);
		p += n + (eol != NULL);
	}
	return k == 0 && !r->line ? read_magic(r, "") : k;
}

int baseline_parse(const char *text, size_t len, struct baseline *ret, struct error *e)
{
	struct reader r = {.b = ret, .e = e};
	int k;

	*ret = (struct baseline){0};
	k = read_lines(&r, text ? text : "", text ? len : 0);
	strmap_free(&r.seen);
	buf_free(&r.comments);
	if (k < 0) {
		baseline_free(ret);
		return k;
	}
	ret->figures.zipped_known = r.any && r.zipped;
	ret->figures.libraries_known = true;
	figures_sort(&ret->figures);
	return 0;
}

void baseline_free(struct baseline *b)
{
	settings_free(&b->settings);
	figures_free(&b->figures);
}
