/* What explain tells programs: docs/manifest.md says what the members mean. */
#include "cmd/explain.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "plan/scan.h"
#include "view/why.h"

#define PARENTS_LISTED 64

static struct json *touch_json(const struct touch *t)
{
	struct json *j = json_object(), *ops = json_array(), *command = json_array(),
		    *parents = json_array();
	int32_t pid = t->file->pid;

	for (size_t b = 0; b < TRACE_OP_COUNT; b++)
		if (t->file->ops & 1u << b)
			json_append_string(ops, trace_op_names[b]);
	for (size_t k = 0; k < t->trace->n_command; k++)
		json_append_bytes(command, t->trace->command[k]);
	json_set_bytes(j, "trace", t->name);
	json_set(j, "ops", ops);
	json_set_int(j, "pid", pid);
	json_set_bytes(j, "exe", evidence_exe(t->trace, pid));
	json_set_int(j, "first_ns", t->file->first_ns);
	for (int k = 0; k < PARENTS_LISTED && (pid = evidence_parent(t->trace, pid)); k++) {
		struct json *one = json_object();

		json_set_int(one, "pid", pid);
		json_set_bytes(one, "exe", evidence_exe(t->trace, pid));
		json_append(parents, one);
	}
	json_set(j, "started_by", parents);
	json_set(j, "command", command);
	return j;
}

static struct json *touches_json(const struct case_file *c, size_t root, size_t i)
{
	struct json *array = json_array();
	struct touch t;

	for (size_t k = 0; k < c->traces.n; k++)
		if (evidence_touch(c, k, root, i, &t))
			json_append(array, touch_json(&t));
	return array;
}

static struct json *rule_json(const struct case_file *c, const struct cause *why)
{
	const struct rule *rule = why_rule(&c->plan, why);
	struct json *j;

	if (!rule)
		return NULL;
	j = json_object();
	json_set_bytes(j, "file", why_rules_file(&c->plan, why));
	json_set_int(j, "line", rule->line);
	json_set_bytes(j, "pattern", rule->text);
	json_set_bytes(j, "comment", rule->why);
	return j;
}

static void set_provided(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	const struct fact *f = evidence_provided(c, root, i);
	const struct facts *facts = c->inv.roots[root].entries[i].facts;

	if (f)
		json_set_bytes(j, "provided",
			       f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f));
}

static struct json *step_json(const struct case_file *c, const struct chain_step *step)
{
	const struct cause *why = step->cause;
	CLEANUP_BUF struct buf name = {0}, text = {0};
	CLEANUP_FREE char *line = evidence_source(c, step);
	struct json *j = json_object(), *rule = rule_json(c, why);

	why_name(why, &name);
	why_kept(&c->plan, step->root, step->entry, why, &text);
	json_set_bytes(j, "path", c->inv.roots[step->root].entries[step->entry].path);
	json_set_string(j, "reason", name.data);
	json_set_bytes(j, "why", text.data ? text.data : "");
	if (why->entry != INVENTORY_NONE)
		json_set_bytes(j, "by", c->inv.roots[why->root].entries[why->entry].path);
	if (why->line)
		json_set_int(j, "line", why->line);
	if (line)
		json_set_bytes(j, "source", line);
	if (rule)
		json_set(j, "rule", rule);
	if (why->reason == REASON_REPAIRED)
		json_set_bytes(j, "list", c->in->repaired_file);
	set_provided(c, step->root, step->entry, j);
	if (why->reason == REASON_TRACED)
		json_set(j, "touches", touches_json(c, step->root, step->entry));
	return j;
}

static void set_chain(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	struct json *array = json_array();
	CLEANUP_CHAIN struct chain chain;
	bool cut;

	chain_make(&c->plan, root, i, &chain);
	cut = chain.n > CHAIN_HEAD + CHAIN_TAIL;
	for (size_t k = 0; k < chain.n; k++)
		if (!cut || k < CHAIN_HEAD || k >= chain.n - CHAIN_TAIL)
			json_append(array, step_json(c, &chain.list[k]));
	json_set(j, "chain", array);
	if (cut)
		json_set_int(j, "chain_omitted", (int64_t)(chain.n - CHAIN_HEAD - CHAIN_TAIL));
}

static void set_others(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	const struct decision *d = &c->plan.decisions[root][i];
	struct json *also = json_array();

	for (size_t k = d->causes; k != INVENTORY_NONE; k = c->plan.causes[k].next) {
		const struct chain_step step = {root, i, &c->plan.causes[k]};

		if (step.cause->reason != d->main && evidence_applies(c, step.cause))
			json_append(also, step_json(c, &step));
	}
	json_set(j, "also", also);
}

/* --- a removed entry -------------------------------------------------------------------------- */

static struct json *levels_json(const struct case_file *c, size_t root, size_t i)
{
	struct json *array = json_array();
	const struct cause *cause;
	CLEANUP_BUF struct buf why = {0};

	if (evidence_level(c, root, i) == SAFETY_ALL)
		return array;
	cause = &c->plan.causes[c->plan.decisions[root][i].causes];
	why_name(cause, &why);
	buf_addstr(&why, ": ");
	why_kept(&c->plan, root, i, cause, &why);
	for (int s = evidence_level(c, root, i); s < SAFETY_ALL; s++) {
		struct json *one = json_object();

		json_set_string(one, "safety", safety_names[s]);
		json_set_bytes(one, "why", why.data);
		json_append(array, one);
	}
	return array;
}

static void set_failing(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	CLEANUP_CHAIN struct chain chain;
	struct json *array;

	chain_unimportable(&c->plan, root, i, &chain);
	if (!chain.n)
		return;
	array = json_array();
	for (size_t k = 0; k < chain.n; k++) {
		const struct chain_step *s = &chain.list[k];
		struct json *one;

		if (chain.n > CHAIN_HEAD + CHAIN_TAIL && k >= CHAIN_HEAD &&
		    k < chain.n - CHAIN_TAIL)
			continue;
		one = json_object();
		json_set_bytes(one, "path", c->inv.roots[s->root].entries[s->entry].path);
		json_set_int(one, "line", s->cause->line);
		json_set_bytes(one, "needs", s->cause->text);
		json_set_bool(one, "installed", s->cause->entry != INVENTORY_NONE);
		json_append(array, one);
	}
	json_set(j, "cannot_import", array);
}

static void set_removed(const struct case_file *c, size_t root, size_t i, struct json *j)
{
	CLEANUP_BUF struct buf why = {0}, rule = {0}, provides = {0};

	buf_addstr(&rule, "keep ");
	why_pattern(c->inv.roots[root].entries[i].path, &rule);
	why_removed(&c->plan, root, i, &why);
	json_set_string(j, "category", category_names[plan_category(&c->plan, root, i)]);
	json_set_bytes(j, "why", why.data);
	json_set(j, "levels", levels_json(c, root, i));
	if (plan_left_out(&c->plan, root, i))
		return;
	set_failing(c, root, i, j);
	evidence_provides(c, root, i, &provides);
	if (provides.len)
		json_set_bytes(j, "provides", provides.data);
	json_set_bytes(j, "keep_with", rule.data);
}

struct json *explain_json(const struct case_file *c, size_t root, size_t i)
{
	const struct entry *ent = &c->inv.roots[root].entries[i];
	CLEANUP_FREE char *in_layer = path_join(c->inv.roots[root].prefix, ent->path);
	struct json *j = json_object();

	json_set_bytes(j, "path", ent->path);
	json_set_bytes(j, "layer_path", in_layer);
	json_set_int(j, "bytes", ent->type == ENTRY_DIR ? 0 : (int64_t)ent->size);
	json_set_bool(j, "kept", plan_ships(&c->plan, root, i));
	if (!plan_ships(&c->plan, root, i)) {
		set_removed(c, root, i, j);
		return j;
	}
	set_chain(c, root, i, j);
	set_others(c, root, i, j);
	return j;
}
