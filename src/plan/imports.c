/* imports - what an import statement of a kept module makes kept.
 *
 * `import a.b.c` needs a, a.b and a.b.c; `from a import b` needs a, and a.b where that is a
 * module. The closure stops at the border of what it may enter (plan/units), and at modules that
 * cannot be imported here. */
#include "plan/closure.h"

#include "base/mem.h"

#include <string.h>

/* What a path file runs at every start is no use of the distribution that it is of: setuptools is
 * in most virtual environments, and its hook gets along without the rest. */
static bool is_own_hook(const struct closure *c, const struct ask *ask)
{
	return !c->units.list[ask->unit].touched &&
	       is_start_noise(c->p->inv->roots[ask->root].entries[ask->entry].path);
}

static bool may_enter(const struct closure *c, const struct ask *ask, const struct module *to)
{
	size_t unit = c->units.of[to->root][to->entry];

	return c->units.list[unit].allowed || (unit == ask->unit && !is_own_hook(c, ask));
}

static void keep(struct closure *c, const struct ask *ask, const struct module *to)
{
	/* A module that is read is kept: that it names itself is no reason. */
	if (ask->root == to->root && ask->entry == to->entry)
		return;
	plan_keep_at(c->p, to->root, to->entry,
		     &(struct cause){.reason = ask->reason,
				     .root = ask->root,
				     .entry = ask->entry,
				     .line = ask->line,
				     .text = (char *)(uintptr_t)ask->text});
}

/* A step out of a function, or out of a module that did not run, into a distribution that no run
 * touched: for later. */
static bool put_off(struct closure *c, const struct ask *ask, const struct module *to)
{
	size_t unit = c->units.of[to->root][to->entry];

	if (c->replaying || (ask->ran && !ask->in_function) || unit == ask->unit ||
	    c->units.list[unit].touched || plan_kept(c->p, to->root, to->entry))
		return false;
	c->deferred =
		array_grow(c->deferred, c->n_deferred, &c->cap_deferred, sizeof(*c->deferred));
	c->deferred[c->n_deferred++] = c->at;
	return true;
}

/* Two such steps away from the code that ran, a large library is not worth its bytes. */
static bool is_far(const struct closure *c, const struct ask *ask, const struct module *to)
{
	return c->distance > 1 && !c->units.list[ask->unit].touched &&
	       closure_entry(c, to)->size >= OPTIONAL_MIN;
}

static enum left_why why_left(const struct closure *c, const struct ask *ask, size_t module)
{
	if (is_far(c, ask, &c->modules.list[module]))
		return LEFT_FAR;
	if (has_source(c, module))
		return LEFT_OPTIONAL;
	if (!ask->in_function && (ask->ran || !ask->guarded))
		return LEFTS;
	return ask->guarded ? LEFT_OPTIONAL : LEFT_PENDING;
}

/* A source of this size is data in disguise, and dear: not for modules that are kept only because
 * their distribution was used. */
static bool is_table(const struct closure *c, const struct ask *ask, const struct module *to)
{
	return !to->native && closure_entry(c, to)->size > SOURCE_MAX &&
	       c->p->decisions[ask->root][ask->entry].main == REASON_MODULE;
}

/* One entry of a name. */
static bool reach_one(struct closure *c, const struct ask *ask, size_t module)
{
	const struct module *to = &c->modules.list[module];
	enum left_why why;

	if (!may_enter(c, ask, to)) {
		plan_leave(c->p, LEFT_OUTSIDE, to->root, to->entry, ask->root, ask->entry,
			   ask->line, ask->text);
		return false;
	}
	if ((c->unimportable[module] || is_table(c, ask, to)) &&
	    !plan_kept(c->p, to->root, to->entry))
		return false;
	if (put_off(c, ask, to))
		return false;
	why = to->native && !plan_kept(c->p, to->root, to->entry) ? why_left(c, ask, module)
								  : LEFTS;
	if (why != LEFTS)
		plan_leave(c->p, why, to->root, to->entry, ask->root, ask->entry, ask->line,
			   ask->text);
	else
		keep(c, ask, to);
	return true;
}

bool reach(struct closure *c, const struct ask *ask, size_t module)
{
	bool any = false;

	for (; module != INVENTORY_NONE; module = c->modules.list[module].next)
		any |= reach_one(c, ask, module);
	return any;
}

bool follow(struct closure *c, const struct ask *ask, const char *name, size_t len)
{
	for (size_t n = 0; n < len;) {
		const char *dot = memchr(name + n, '.', len - n);
		size_t end = dot ? (size_t)(dot - name) : len, module;

		module = end ? modules_find(&c->modules, name, end) : INVENTORY_NONE;
		if (module == INVENTORY_NONE || !reach(c, ask, module))
			return false;
		n = end + 1;
	}
	return true;
}

char *absolute_name(const struct module *m, unsigned level, const char *rest)
{
	size_t len = module_package(m);

	if (!level)
		return xstrdup(rest);
	while (--level && len) {
		while (len && m->name[len - 1] != '.')
			len--;
		len -= len != 0;
	}
	if (!len)
		return NULL;
	return rest[0] ? xasprintf("%.*s.%s", (int)len, m->name, rest) : xstrndup(m->name, len);
}

/* Sources that put their own directory on sys.path: `import x` beside x.py. */
static bool follow_beside(struct closure *c, const struct module *m, const struct ask *ask,
			  const char *name)
{
	CLEANUP_FREE char *beside = absolute_name(m, 1, name);

	return beside && follow(c, ask, beside, strlen(beside));
}

static void follow_from(struct closure *c, const struct module *m, const struct fact *f,
			const struct ask *ask)
{
	const struct facts *facts = closure_entry(c, m)->facts;
	const char *name = fact_name(facts, f);
	CLEANUP_FREE char *module = absolute_name(m, f->level, fact_module(facts, f));
	CLEANUP_FREE char *full = NULL;
	size_t at;

	if (!module)
		return;
	if (!follow(c, ask, module, strlen(module)) &&
	    (f->level || !follow_beside(c, m, ask, module)))
		return;
	if (strcmp(name, "*") == 0)
		return;
	full = xasprintf("%s.%s", module, name);
	at = modules_find(&c->modules, full, strlen(full));
	if (at != INVENTORY_NONE)
		reach(c, ask, at);
}

static void follow_dynamic(struct closure *c, const struct module *m, const struct fact *f,
			   const struct ask *ask)
{
	const char *name = fact_name(closure_entry(c, m)->facts, f);
	unsigned level = (unsigned)strspn(name, ".");
	CLEANUP_FREE char *full = absolute_name(m, level, name + level);

	if (full)
		follow(c, ask, full, strlen(full));
}

/* Any module whose name begins so may be meant. */
static void follow_prefix(struct closure *c, const struct module *m, const struct fact *f,
			  const struct ask *ask)
{
	const char *name = fact_name(closure_entry(c, m)->facts, f);
	unsigned level = (unsigned)strspn(name, ".");
	CLEANUP_FREE char *full = absolute_name(m, level, name + level);
	size_t n = full ? strlen(full) : 0, unit;

	if (!n || !strchr(full, '.'))
		return;
	for (size_t at = modules_from(&c->modules, full); at < c->modules.n; at++) {
		size_t k = c->modules.sorted[at];
		const struct module *one = &c->modules.list[k];

		if (strncmp(one->name, full, n) != 0)
			break;
		unit = c->units.of[one->root][one->entry];
		if (unit == ask->unit && !one->dir && !strchr(one->name + n, '.'))
			reach(c, ask, k);
	}
}

void follow_import(struct closure *c, const struct module *m, const struct fact *f)
{
	const char *name = fact_name(closure_entry(c, m)->facts, f);
	struct ask ask = {.root = m->root,
			  .entry = m->entry,
			  .unit = c->units.of[m->root][m->entry],
			  .line = f->line,
			  .reason = REASON_IMPORT,
			  .text = name};

	ask.ran = c->p->decisions[m->root][m->entry].reasons & 1U << REASON_TRACED;
	ask.in_function = (f->flags & (FACT_FUNCTION | FACT_LAZY)) != 0;
	ask.guarded = (f->flags & FACT_GUARDED) && !(f->flags & FACT_RAISES);
	if (f->flags & FACT_TYPING)
		return;
	if (f->kind == FACT_IMPORT) {
		if (!follow(c, &ask, name, strlen(name)))
			follow_beside(c, m, &ask, name);
	} else if (f->kind == FACT_FROM) {
		follow_from(c, m, f, &ask);
	} else if (f->kind == FACT_DYNAMIC) {
		follow_dynamic(c, m, f, &ask);
	} else {
		ask.reason = REASON_NAME;
		follow_prefix(c, m, f, &ask);
	}
}
