#include "plan/settings.h"

#include "base/mem.h"
#include "plan/findings.h"

#include <errno.h>
#include <string.h>

#define BLANK " \t"

/* --- values ----------------------------------------------------------------------------------- */

bool size_parse(const char *text, uint64_t *ret)
{
	static const struct {
		const char *suffix;
		uint64_t factor;
	} units[] = {
		{"", 1},          {"B", 1},         {"kB", 1000},
		{"KB", 1000},     {"MB", 1000000},  {"GB", 1000000000},
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	};
	char *end = NULL;
	unsigned long long n;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	for (size_t i = 0; !errno && i < ARRAY_SIZE(units); i++)
		if (strcmp(end, units[i].suffix) == 0)
			return !__builtin_mul_overflow((uint64_t)n, units[i].factor, ret);
	return false;
}

/* "2.5%" or "2.5" in hundredths of a percent. */
static bool percent_parse(const char *text, uint64_t *ret)
{
	char *end = NULL;
	double v;

	if (text[0] < '0' || text[0] > '9' || text[strspn(text, "0123456789.%")])
		return false;
	v = strtod(text, &end);
	if ((strcmp(end, "%") != 0 && *end) || !(v <= 1000000))
		return false;
	*ret = (uint64_t)(v * 100 + 0.5);
	return true;
}

static bool is_percent(const char *text, uint64_t *ret)
{
	return percent_parse(text, ret);
}

static bool is_platform(const char *text, uint64_t *ret)
{
	struct platform p;

	*ret = 0;
	return platform_parse(text, &p);
}

static bool is_severity(const char *text, uint64_t *ret)
{
	for (size_t i = 0; i < SEVERITIES; i++)
		if (strcmp(text, severity_names[i]) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

static bool is_lambda(const char *text, uint64_t *ret)
{
	*ret = 1;
	return strcmp(text, "lambda") == 0;
}

/* Keys with one value each. */
static const struct kind {
	const char *key;
	bool (*parse)(const char *value, uint64_t *ret);
	const char *wanted;
} kinds[] = {
	{"option platform", is_platform, "a platform tag such as manylinux_2_26_aarch64"},
	{"option fail-on", is_severity, "error, warning or note"},
	{"limits", is_lambda, "'lambda'"},
	{"budget room", size_parse, "a size such as 10MB"},
	{"budget total", size_parse, "a size such as 250MB"},
	{"budget zipped", size_parse, "a size such as 50MB"},
	{"budget files", size_parse, "a number"},
	{"budget growth", is_percent, "a percentage such as 5%"},
};
static const struct kind package_kind = {"budget package:", size_parse, "a size such as 40MB"};

static const struct kind *kind_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].key, key) == 0)
			return &kinds[i];
	if (strncmp(key, package_kind.key, strlen(package_kind.key)) == 0 &&
	    key[strlen(package_kind.key)])
		return &package_kind;
	return NULL;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool begins(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && (!line[n] || strchr(BLANK, line[n]));
}

bool setting_is(const char *line)
{
	static const char *const words[] = {"option", "limits", "budget", "accept"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins(line, words[i]))
			return true;
	return false;
}

/* Words joined by single blanks. */
static char *squeezed(const char *line)
{
	struct buf out = {0};

	while (line[0]) {
		size_t n = strcspn(line, BLANK);

		if (n && out.len)
			buf_addch(&out, ' ');
		buf_add(&out, line, n);
		line += n;
		line += strspn(line, BLANK);
	}
	return buf_take(&out);
}

static int check_accept(const char *line, struct error *e)
{
	const char *id = line + strlen("accept");
	CLEANUP_FREE char *name = NULL;

	id += id[0] == ' ';
	name = xstrndup(id, strcspn(id, " "));
	if (check_id_by_name(name) == CHECK_IDS)
		return error_set(e, EINVAL,
				 "'%s' is no id of a finding; 'importtrace check --list-ids' shows "
				 "them",
				 name);
	return 0;
}

/* Splits "budget total 250MB" at the last blank, and judges the value. */
static int check_value(char *line, char **value, struct error *e)
{
	char *blank = strrchr(line, ' ');
	const struct kind *k;
	uint64_t v;

	if (!blank)
		return error_set(e, EINVAL, "'%s' has no value", line);
	*blank = '\0';
	*value = blank + 1;
	k = kind_of(line);
	if (!k)
		return error_set(e, EINVAL, "'%s' is not known", line);
	if (!k->parse(*value, &v))
		return error_set(e, EINVAL, "'%s' wants %s, not '%s'", line, k->wanted, *value);
	return 0;
}

static size_t lower_bound(const struct settings *s, const char *key)
{
	size_t i = 0;

	while (i < s->n && strcmp(s->list[i].key, key) < 0)
		i++;
	return i;
}

static void insert(struct settings *s, size_t at, const struct setting *one)
{
	s->list = xreallocarray(s->list, s->n + 1, sizeof(*s->list));
	memmove(s->list + at + 1, s->list + at, (s->n - at) * sizeof(*s->list));
	s->list[at] = *one;
	s->n++;
}

int settings_add(struct settings *s, const char *line, const char *comments, bool given,
		 struct error *e)
{
	CLEANUP_FREE char *text = squeezed(line);
	char *value = text + strlen(text);
	struct setting *one;
	size_t at;
	int r = begins(text, "accept") ? check_accept(text, e) : check_value(text, &value, e);

	if (r < 0)
		return r;
	at = lower_bound(s, text);
	one = at < s->n && strcmp(s->list[at].key, text) == 0 ? &s->list[at] : NULL;
	if (one && !given)
		return error_set(e, EEXIST, "'%s' is there twice", text);
	if (!one) {
		insert(s, at, &(struct setting){.key = xstrdup(text)});
		one = &s->list[at];
	}
	free(one->value);
	one->value = xstrdup(value);
	one->given = given;
	if (comments) {
		free(one->comments);
		one->comments = xstrdup(comments);
	}
	return 0;
}

void settings_merge(struct settings *s, const struct settings *more)
{
	for (size_t i = 0; i < more->n; i++) {
		const struct setting *one = &more->list[i];
		size_t at = lower_bound(s, one->key);
		bool there = at < s->n && strcmp(s->list[at].key, one->key) == 0;

		if (there && one->comments && !s->list[at].comments)
			s->list[at].comments = xstrdup(one->comments);
		if (there)
			continue;
		insert(s, at,
		       &(struct setting){.key = xstrdup(one->key),
					 .value = xstrdup(one->value),
					 .given = one->given,
					 .comments =
						 one->comments ? xstrdup(one->comments) : NULL});
	}
}

const char *settings_value(const struct settings *s, const char *key)
{
	size_t at = lower_bound(s, key);

	return at < s->n && strcmp(s->list[at].key, key) == 0 ? s->list[at].value : NULL;
}

bool settings_size(const struct settings *s, const char *key, uint64_t *ret)
{
	const char *value = settings_value(s, key);
	const struct kind *k = kind_of(key);

	return value && k && k->parse(value, ret);
}

void settings_format(const struct settings *s, struct buf *out)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->list[i].comments)
			buf_addstr(out, s->list[i].comments);
		buf_addf(out, "%s%s%s\n", s->list[i].key, s->list[i].value[0] ? " " : "",
			 s->list[i].value);
	}
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].key);
		free(s->list[i].value);
		free(s->list[i].comments);
	}
	free(s->list);
	*s = (struct settings){0};
}
