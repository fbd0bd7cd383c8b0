#include "cmd/levels.h"

#include "base/mem.h"
#include "cmd/prune_write.h"

#include <string.h>

/* What is known by name: sizes in the chosen layer of what was made for it. */
static void know_compiled(const struct levels_work *w, struct strmap *ret)
{
	const struct shipped *s = w->chosen->shipped;

	for (size_t k = 0; s && k < s->n_extra; k++)
		strmap_add(ret, s->extra[k].path, strlen(s->extra[k].path), s->extra[k].bytes,
			   NULL);
}

/* Whether it was asked for in vain: then nothing is compiled at any level. */
static bool has_no_python(const struct prune_content *c)
{
	return !c->found.exe && c->no_python.code;
}

static enum bytecode_mode mode_of_chosen(const struct levels_work *w)
{
	return w->content ? w->content->bytecode : content_default_bytecode(w->chosen->safety);
}

/* Whether nothing changes behind the decision but RECORD. Two roots may hold one name: that is for a
 * survey to find. */
static bool is_as_it_is(const struct levels_work *w, const struct plan *at,
			const struct prune_content *c)
{
	return c->bytecode == BYTECODE_AS_IS && !(w->made && w->content->strip) &&
	       at->inv->n_roots == 1;
}

bool levels_survey(void *work, const struct plan *at, struct shipped *ret, bool *exact)
{
	const struct levels_work *w = work;
	CLEANUP_STRMAP struct strmap compiled = {0};
	CLEANUP_ERROR struct error ignored = {0};
	struct prune_content c = {.bytecode = content_default_bytecode(at->safety)};
	int r;

	*exact = true;
	if (w->content && w->content->bytecode_given)
		c.bytecode = w->content->bytecode;
	if (is_as_it_is(w, at, &c))
		return true;
	c.known.layer = w->chosen;
	c.known.fast = w->chosen->shipped && mode_of_chosen(w) == BYTECODE_FAST;
	if (w->made) {
		know_compiled(w, &compiled);
		c.known.compiled = &compiled;
		c.known.tag = w->content->found.tag;
		c.known.stripped = w->content->strip;
	}
	r = layer_survey(&c, w->traces, at, ret, &ignored);
	*exact = !w->made || (!c.unknown && (!c.report.missing || has_no_python(w->content)));
	content_free(&c);
	return r == 0;
}
