#include "plan/repaired.h"

#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <string.h>

#define FIELDS 4

struct field {
	const char *at;
	size_t len;
};

/* The fields of a line between tabs; false when there are not four. */
static bool split(const char *line, size_t len, struct field ret[FIELDS])
{
	const char *end = line + len;

	for (size_t k = 0; k < FIELDS; k++) {
		const char *tab = memchr(line, '\t', (size_t)(end - line));

		if (!tab != (k == FIELDS - 1))
			return false;
		ret[k] = (struct field){line, (size_t)((tab ? tab : end) - line)};
		line = tab ? tab + 1 : end;
	}
	return true;
}

/* As list_add_field wrote it. NULL: it holds what that never writes. */
static char *unescape(const struct field *f)
{
	static const char from[] = "tnr\\", to[] = "\t\n\r\\";
	char *out = xmemdup(f->at, f->len + 1);
	size_t n = 0;

	for (size_t i = 0; i < f->len; i++) {
		const char *what = f->at[i] != '\\'                 ? NULL
				   : i + 1 < f->len && f->at[i + 1] ? strchr(from, f->at[i + 1])
								    : NULL;

		if ((f->at[i] == '\\' && !what) || !f->at[i]) {
			free(out);
			return NULL;
		}
		out[n++] = what ? to[what - from] : f->at[i];
		i += what != NULL;
	}
	out[n] = '\0';
	return out;
}

/* "missed by a run on the layer (COMMAND)" → COMMAND */
static char *take_who(char *why)
{
	size_t n = strlen(why), open = strcspn(why, "(");

	if (open == n || why[n - 1] != ')')
		return xstrdup("");
	return xstrndup(why + open + 1, n - open - 2);
}

static bool is(const struct field *f, const char *word)
{
	return f->len == strlen(word) && memcmp(f->at, word, f->len) == 0;
}

static bool add_line(struct repaired_list *l, const struct field fields[FIELDS], uint32_t number)
{
	CLEANUP_FREE char *name = unescape(&fields[0]), *why = unescape(&fields[3]);

	if (!name || !name[0] || name[0] == '/' || !why)
		return false;
	if (!is(&fields[2], "repaired"))
		return true;
	l->list = array_grow(l->list, l->n, &l->cap, sizeof(*l->list));
	l->list[l->n++] =
		(struct repaired){.name = TAKE_PTR(name), .who = take_who(why), .line = number};
	return true;
}

static int bad_line(const char *file, uint32_t number, struct error *e)
{
	return error_set(
		e, EINVAL,
		"%s:%u: not a line of a list that verify --repair wrote (%s, between tabs)", file,
		number, "path, bytes, reason, why");
}

int repaired_parse(const char *text, size_t len, const char *file, struct repaired_list *ret,
		   struct error *e)
{
	CLEANUP_REPAIRED struct repaired_list l = {.file = xstrdup(file)};
	const char *p = text, *end = text + len;

	for (uint32_t number = 1; p < end || number == 1; number++) {
		const char *eol = len ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		struct field fields[FIELDS];
		size_t n = (size_t)((eol ? eol : end) - p);
		bool head = n == strlen(REPAIRED_HEAD) && memcmp(p, REPAIRED_HEAD, n) == 0;

		if (number == 1 ? !head : !split(p, n, fields) || !add_line(&l, fields, number))
			return bad_line(file, number, e);
		p = eol ? eol + 1 : end;
	}
	*ret = l;
	l = (struct repaired_list){0};
	return 0;
}

static int no_such(const struct repaired_list *l, const struct repaired *one,
		   const struct inventory *inv, struct error *e)
{
	const char *below = one->name, *near;

	for (size_t r = 0; r < inv->n_roots; r++)
		if (inv->roots[r].prefix[0] && path_below(one->name, inv->roots[r].prefix))
			below = path_below(one->name, inv->roots[r].prefix);
	near = inventory_nearest(inv, below);
	return error_set(e, ENOENT,
			 "%s:%u: the tree has no %s%s%s%s; is that list of a layer of this tree, "
			 "with the same --root?",
			 l->file, one->line, one->name, near ? " (the nearest is '" : "",
			 near ? near : "", near ? "')" : "");
}

int repaired_find(struct repaired_list *l, const struct inventory *inv, struct error *e)
{
	for (size_t k = 0; k < l->n; k++)
		if (!inventory_locate(inv, l->list[k].name, &l->list[k].root, &l->list[k].entry))
			return no_such(l, &l->list[k], inv, e);
	return 0;
}

void repaired_free(struct repaired_list *l)
{
	for (size_t k = 0; k < l->n; k++) {
		free(l->list[k].name);
		free(l->list[k].who);
	}
	free(l->list);
	free(l->file);
	*l = (struct repaired_list){0};
}
