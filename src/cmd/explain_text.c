/* What explain tells people. */
#include "cmd/explain.h"

#include "base/mem.h"
#include "base/path.h"
#include "plan/scan.h"
#include "view/why.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_SHOWN 160 /* bytes of a recorded command */
#define PARENTS_SHOWN 8

/* --- touches ---------------------------------------------------------------------------------- */

static void add_ops(uint32_t ops, struct buf *out)
{
	const char *comma = "";

	for (size_t b = 0; b < TRACE_OP_COUNT; b++)
		if (ops & 1u << b) {
			buf_addf(out, "%s%s", comma, trace_op_names[b]);
			comma = ", ";
		}
}

/* Who started whom, up to the recorded command itself. */
static void print_process(const struct touch *t, const char *indent)
{
	CLEANUP_BUF struct buf command = {0};
	int32_t pid = t->file->pid;

	for (int k = 0; k < PARENTS_SHOWN && (pid = evidence_parent(t->trace, pid)); k++)
		printf("%s  started by process %" PRId32 " (%s)\n", indent, pid,
		       evidence_exe(t->trace, pid));
	for (size_t k = 0; k < t->trace->n_command && command.len <= COMMAND_SHOWN; k++)
		buf_addf(&command, "%s%s", k ? " " : "", t->trace->command[k]);
	if (command.len > COMMAND_SHOWN) {
		buf_truncate(&command, COMMAND_SHOWN);
		buf_addstr(&command, "…");
	}
	if (command.len)
		printf("%s  recorded: %s\n", indent, command.data);
}

static void print_touches(const struct case_file *c, size_t root, size_t i, const char *indent)
{
	for (size_t k = 0; k < c->traces.n; k++) {
		CLEANUP_BUF struct buf ops = {0};
		struct touch t;

		if (!evidence_touch(c, k, root, i, &t))
			continue;
		add_ops(t.file->ops, &ops);
		printf("%s%s: %s by process %" PRId32 " (%s), first %.3f s after the start\n",
		       indent, t.name, ops.data, t.file->pid, evidence_exe(t.trace, t.file->pid),
		       (double)t.file->first_ns / 1e9);
		for (size_t q = 0; q < t.file->n_requested; q++)
			printf("%s  asked for as %s\n", indent, t.file->requested[q]);
		print_process(&t, indent);
	}
}

/* --- a kept entry ----------------------------------------------------------------------------- */

static void print_rule(const struct case_file *c, const struct cause *why, const char *indent)
{
	const struct rule *rule = why_rule(&c->plan, why);

	if (why->reason == REASON_REPAIRED)
		printf("%s%s:%" PRIu32 "\n", indent, c->in->repaired_file, why->line);
	if (rule)
		printf("%s%s:%u: %s %s\n", indent, why_rules_file(&c->plan, why), rule->line,
		       rule->verb == RULE_KEEP ? "keep" : "drop", rule->text);
}

static void print_provided(const struct case_file *c, size_t root, size_t i, const char *indent)
{
	const struct fact *f = evidence_provided(c, root, i);
	const struct facts *facts = c->inv.roots[root].entries[i].facts;
	const char *name;

	if (!f)
		return;
	name = f->kind == FACT_FROM ? fact_module(facts, f) : fact_name(facts, f);
	printf("%scan be imported because of --provides %.*s: line %" PRIu32 " imports that\n",
	       indent, (int)strcspn(name, "."), name, f->line);
}

static void print_step(const struct case_file *c, const struct chain_step *step, const char *indent)
{
	CLEANUP_BUF struct buf name = {0}, text = {0};
	CLEANUP_FREE char *line = evidence_source(c, step), *deeper = xasprintf("%s    ", indent);

	why_name(step->cause, &name);
	why_kept(&c->plan, step->root, step->entry, step->cause, &text);
	printf("%s%s: %s\n", indent, name.data, text.data ? text.data : "");
	if (line)
		printf("%s%s\n", deeper, line);
	print_rule(c, step->cause, deeper);
	print_provided(c, step->root, step->entry, deeper);
	if (step->cause->reason == REASON_TRACED)
		print_touches(c, step->root, step->entry, deeper);
}

static const char *path_of(const struct case_file *c, size_t root, size_t i)
{
	return c->inv.roots[root].entries[i].path;
}

static void print_chain(const struct case_file *c, size_t root, size_t i)
{
	CLEANUP_CHAIN struct chain chain;

	chain_make(&c->plan, root, i, &chain);
	for (size_t k = 0; k < chain.n; k++) {
		const struct chain_step *step = &chain.list[k];

		if (k == CHAIN_HEAD && chain.n > CHAIN_HEAD + CHAIN_TAIL) {
			printf("  … %zu steps more …\n", chain.n - CHAIN_HEAD - CHAIN_TAIL);
			k = chain.n - CHAIN_TAIL;
			step = &chain.list[k];
		}
		if (k)
			printf("  which is kept: %s\n", path_of(c, step->root, step->entry));
		print_step(c, step, "    ");
	}
	if (chain.circle)
		puts("  which is kept because of one of those above");
}

static void print_others(const struct case_file *c, size_t root, size_t i)
{
	const struct decision *d = &c->plan.decisions[root][i];

	for (size_t k = d->causes; k != INVENTORY_NONE; k = c->plan.causes[k].next) {
		const struct chain_step step = {root, i, &c->plan.causes[k]};

		if (step.cause->reason == d->main || !evidence_applies(c, step.cause))
			continue;
		fputs("  also ", stdout);
		print_step(c, &step, "");
	}
}

/* --- a removed one ---------------------------------------------------------------------------- */

/* What cannot be imported, down to the name that is nowhere. */
static void print_failing(const struct case_file *c, size_t root, size_t i)
{
	CLEANUP_CHAIN struct chain chain;

	chain_unimportable(&c->plan, root, i, &chain);
	for (size_t k = 0; k < chain.n; k++) {
		const struct chain_step *step = &chain.list[k];
		CLEANUP_FREE char *line = NULL;
		CLEANUP_BUF struct buf why = {0};

		if (k == CHAIN_HEAD && chain.n > CHAIN_HEAD + CHAIN_TAIL) {
			printf("    … %zu more …\n", chain.n - CHAIN_HEAD - CHAIN_TAIL);
			k = chain.n - CHAIN_TAIL;
			step = &chain.list[k];
		}
		line = evidence_line(c, step->root, step->entry, step->cause->line);
		why_left(&c->plan, step->root, step->entry, &why);
		if (k)
			printf("    %s: %s\n", path_of(c, step->root, step->entry), why.data);
		if (line)
			printf("      %s\n", line);
	}
}

static void print_left(const struct case_file *c, size_t root, size_t i)
{
	static const enum left_why kinds[] = {LEFT_OPTIONAL, LEFT_FAR, LEFT_OUTSIDE};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct left *one = plan_left(&c->plan, root, i, kinds[k]);
		CLEANUP_FREE char *line = NULL;

		if (!one || one->cause.entry == INVENTORY_NONE)
			continue;
		line = evidence_line(c, one->cause.root, one->cause.entry, one->cause.line);
		if (line)
			printf("      %s\n", line);
		return;
	}
}

static void print_levels(const struct case_file *c, size_t root, size_t i)
{
	enum safety from = evidence_level(c, root, i);
	CLEANUP_BUF struct buf name = {0}, why = {0};
	const struct cause *cause;

	if (from == SAFETY_ALL)
		return;
	cause = &c->plan.causes[c->plan.decisions[root][i].causes];
	why_name(cause, &name);
	why_kept(&c->plan, root, i, cause, &why);
	for (int s = from; s < SAFETY_ALL; s++)
		printf("  --safety %s would keep it: %s: %s\n", safety_names[s], name.data,
		       why.data);
}

static void print_removed(const struct case_file *c, size_t root, size_t i)
{
	CLEANUP_BUF struct buf why = {0}, pattern = {0}, provides = {0};
	const struct repaired *repaired = evidence_repaired(c, root, i);

	why_removed(&c->plan, root, i, &why);
	why_pattern(path_of(c, root, i), &pattern);
	printf("  %s: %s\n", category_names[plan_category(&c->plan, root, i)], why.data);
	if (plan_left_out(&c->plan, root, i))
		return;
	if (repaired)
		printf("  but verify --repair added it to layer.zip: %s:%" PRIu32
		       " (--repaired %s explains that layer)\n",
		       c->other.file, repaired->line, c->other.file);
	print_failing(c, root, i);
	print_left(c, root, i);
	print_levels(c, root, i);
	evidence_provides(c, root, i, &provides);
	if (provides.len)
		printf("  --provides %s would keep it: where the target has that\n", provides.data);
	printf("  the line of the rules file that keeps it: keep %s\n", pattern.data);
}

void explain_text(const struct case_file *c, size_t root, size_t i)
{
	const struct entry *ent = &c->inv.roots[root].entries[i];
	CLEANUP_FREE char *in_layer = path_join(c->inv.roots[root].prefix, ent->path);
	bool kept = plan_ships(&c->plan, root, i);

	printf("%s (", ent->path);
	if (ent->type == ENTRY_DIR)
		fputs("directory", stdout);
	else
		printf("%" PRIu64 " bytes", ent->size);
	printf("): %s%s%s\n", kept ? "kept" : "removed", kept ? ", as " : "", kept ? in_layer : "");
	if (!kept) {
		print_removed(c, root, i);
		return;
	}
	print_chain(c, root, i);
	print_others(c, root, i);
}
