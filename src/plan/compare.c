/* compare - two figures side by side: a merge of sorted lists. */
#include "plan/figures.h"

#include "base/mem.h"

#include <string.h>

static bool same(const struct change *c, bool zipped)
{
	return c->old_version && c->new_version && strcmp(c->old_version, c->new_version) == 0 &&
	       c->old.files == c->now.files && c->old.bytes == c->now.bytes &&
	       (!zipped || c->old.zipped == c->now.zipped);
}

static uint64_t distance(const struct change *c)
{
	return c->now.bytes > c->old.bytes ? c->now.bytes - c->old.bytes
					   : c->old.bytes - c->now.bytes;
}

static int by_distance(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (distance(x) != distance(y))
		return distance(x) < distance(y) ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* One of the sorted lists, whatever its elements are. */
struct side {
	size_t n;
	const void *list;
	/* Element i as a name, a version and an amount. */
	const char *(*get)(const void *list, size_t i, const char **version, struct amount *ret);
};

static const char *get_package(const void *list, size_t i, const char **version, struct amount *ret)
{
	const struct package_figures *p = (const struct package_figures *)list + i;

	*version = p->version;
	*ret = p->amount;
	return p->name;
}

static const char *get_library(const void *list, size_t i, const char **version, struct amount *ret)
{
	const struct library_figures *l = (const struct library_figures *)list + i;

	*version = l->soname;
	*ret = (struct amount){.files = 1, .bytes = l->bytes, .zipped = l->zipped};
	return l->path;
}

static const char *get_file(const void *list, size_t i, const char **version, struct amount *ret)
{
	const struct file_figures *f = (const struct file_figures *)list + i;

	*version = "";
	*ret = (struct amount){.files = 1, .bytes = f->bytes, .zipped = f->zipped};
	return f->path;
}

static struct change take(const struct side *old, size_t *a, const struct side *now, size_t *b)
{
	const char *x = NULL, *y = NULL;
	struct change c = {0};
	int order;

	if (*a < old->n)
		x = old->get(old->list, *a, &c.old_version, &c.old);
	if (*b < now->n)
		y = now->get(now->list, *b, &c.new_version, &c.now);
	order = !x ? 1 : !y ? -1 : strcmp(x, y);
	if (order > 0) {
		c.old_version = NULL;
		c.old = (struct amount){0};
	} else if (order < 0) {
		c.new_version = NULL;
		c.now = (struct amount){0};
	}
	c.name = order > 0 ? y : x;
	*a += order <= 0;
	*b += order >= 0;
	return c;
}

/* Returns how many did not change. */
static size_t merge(const struct side *old, const struct side *now, bool zipped,
		    struct changes *ret)
{
	size_t a = 0, b = 0, equal = 0, cap = 0;

	while (a < old->n || b < now->n) {
		struct change c = take(old, &a, now, &b);

		if (same(&c, zipped)) {
			equal++;
			continue;
		}
		ret->list = array_grow(ret->list, ret->n, &cap, sizeof(*ret->list));
		ret->list[ret->n++] = c;
	}
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_distance);
	return equal;
}

/* Who compares sizes has not read the sonames of these. */
static void forget_sonames(const struct changes *libraries)
{
	for (size_t i = 0; i < libraries->n; i++) {
		struct change *c = &libraries->list[i];

		if (!c->old_version)
			c->new_version = "";
		else if (!c->new_version)
			c->old_version = "";
	}
}

static void compare_categories(const struct figures *old, const struct figures *now, bool zipped,
			       struct changes *ret)
{
	ret->list = xcalloc(CATEGORIES, sizeof(*ret->list));
	for (size_t k = 0; k < CATEGORIES; k++) {
		/* In a plan these categories are told by what no run touched; here by what they are. */
		const char *below = strstr(category_names[k], "untouched ");
		struct change c = {.name = below ? below + strlen("untouched ") : category_names[k],
				   .old_version = "",
				   .new_version = "",
				   .old = old->by_category[k],
				   .now = now->by_category[k]};

		if (!same(&c, zipped))
			ret->list[ret->n++] = c;
	}
	if (ret->n)
		qsort(ret->list, ret->n, sizeof(*ret->list), by_distance);
}

void figures_compare(const struct figures *old, const struct figures *now, struct comparison *ret)
{
	bool zipped = old->zipped_known && now->zipped_known;

	*ret = (struct comparison){.old = old, .now = now};
#define SIDE(f, field, getter) \
	&(struct side){.n = (f)->n_##field, .list = (f)->field, .get = getter}
	ret->same_packages = merge(SIDE(old, packages, get_package),
				   SIDE(now, packages, get_package), zipped, &ret->packages);
	if (old->libraries_known && now->libraries_known)
		merge(SIDE(old, libraries, get_library), SIDE(now, libraries, get_library), zipped,
		      &ret->libraries);
	forget_sonames(&ret->libraries);
	if (!old->files_known || !now->files_known)
		return;
	merge(SIDE(old, types, get_package), SIDE(now, types, get_package), zipped, &ret->types);
	merge(SIDE(old, files, get_file), SIDE(now, files, get_file), zipped, &ret->files);
	compare_categories(old, now, zipped, &ret->categories);
#undef SIDE
}

void comparison_free(struct comparison *c)
{
	free(c->packages.list);
	free(c->libraries.list);
	free(c->categories.list);
	free(c->types.list);
	free(c->files.list);
	*c = (struct comparison){0};
}
