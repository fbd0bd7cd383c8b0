/* refuse - when no layer should be made: the trace is not whole, its command failed, the tree is
 * not the one that was traced, the run touched nothing of it, or used it through symlinks that lead
 * out of it. */
#include "plan/plan.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/path.h"

#include <inttypes.h>
#include <string.h>

const char *const refusal_names[REFUSALS] = {"incomplete", "failed", "changed", "untouched",
					     "links"};

static char *incomplete(const struct trace *t, const char *name)
{
	struct buf b = {0};

	if (t->complete)
		return NULL;
	buf_addf(&b, "the trace %s is not complete", name);
	for (size_t i = 0; i < t->n_reasons; i++)
		buf_addf(&b, "%s%s", i ? "; " : ": ", t->reasons[i]);
	return buf_take(&b);
}

static char *failed(const struct trace *t, const char *name)
{
	const char *command = t->n_command ? t->command[0] : "?";

	if (t->signal)
		return xasprintf("the command traced in %s (%s) was ended by signal %d", name,
				 command, t->signal);
	if (t->exit_code)
		return xasprintf("the command traced in %s (%s) failed with exit code %d", name,
				 command, t->exit_code);
	return NULL;
}

/* What is different about a traced file, or NULL. */
static char *difference(const struct trace_file *f, const struct inventory_root *root,
			const char *below)
{
	size_t i = inventory_find(root, below);
	const struct entry *ent = i == INVENTORY_NONE ? NULL : &root->entries[i];

	if (!ent)
		return xasprintf("%s is missing", f->path);
	if (f->type == TRACE_TYPE_FILE && ent->type != ENTRY_FILE)
		return xasprintf("%s is no regular file any more", f->path);
	if (f->type == TRACE_TYPE_DIR && ent->type != ENTRY_DIR)
		return xasprintf("%s is no directory any more", f->path);
	if (f->type == TRACE_TYPE_FILE && ent->size != (uint64_t)f->size)
		return xasprintf("%s has %" PRIu64 " bytes, in the trace %" PRId64, f->path,
				 ent->size, f->size);
	return NULL;
}

/* Of a root that was read in part only: whether the path is in that part. */
static bool is_read(const struct inventory_root *root, const char *below)
{
	CLEANUP_FREE char *name = xstrndup(below, strcspn(below, "/"));

	return !root->partial || inventory_find(root, name) != INVENTORY_NONE;
}

/* The root that a path is below, and the rest of it. */
static const struct inventory_root *root_of(const struct inventory *inv, const char *path,
					    const char **below)
{
	for (size_t r = 0; r < inv->n_roots; r++) {
		*below = path_below(path, inv->roots[r].dir);
		if (*below && **below && is_read(&inv->roots[r], *below))
			return &inv->roots[r];
	}
	return NULL;
}

static char *changed(const struct trace *t, const char *name, const struct inventory *inv,
		     size_t *touched)
{
	char *first = NULL, *text;
	size_t n = 0;

	for (size_t k = 0; k < t->n_files; k++) {
		const struct trace_file *f = &t->files[k];
		const char *below;
		const struct inventory_root *root = root_of(inv, f->path, &below);
		char *what;

		/* What the run made is no input; what it removed itself was gone already. */
		if (!root || f->created)
			continue;
		*touched += !root->partial;
		what = f->type == TRACE_TYPE_UNKNOWN ? NULL : difference(f, root, below);
		n += what != NULL;
		if (first)
			free(what);
		else
			first = what;
	}
	if (!first)
		return NULL;
	text = xasprintf("the tree is not the one that %s was recorded on: %s%s", name, first,
			 n > 1 ? ", and more" : "");
	free(first);
	return text;
}

/* The symlink of the inventory on the way of a path that was asked for; NULL when there is none. */
static const struct entry *link_on_way(const struct inventory *inv, const char *path)
{
	CLEANUP_FREE char *clean = path_clean(path);
	const char *below;
	const struct inventory_root *root = root_of(inv, clean, &below);

	for (const char *end = root ? below : NULL; end;) {
		CLEANUP_FREE char *part = NULL;
		size_t i;

		end = strchr(end + 1, '/');
		part = end ? xstrndup(below, (size_t)(end - below)) : xstrdup(below);
		i = inventory_find(root, part);
		if (i != INVENTORY_NONE && root->entries[i].type == ENTRY_LINK)
			return &root->entries[i];
	}
	return NULL;
}

/* The symlink by which the run came from a root to a file outside; an executed one (an interpreter,
 * bin/python of a virtual environment) is no part of a layer. */
static const struct entry *way_out(const struct trace_file *f, const struct inventory *inv)
{
	const struct entry *link = NULL;

	if (f->created || f->type != TRACE_TYPE_FILE || (f->ops & TRACE_EXEC) ||
	    inventory_covers(inv, f->path))
		return NULL;
	for (size_t q = 0; !link && q < f->n_requested; q++)
		link = link_on_way(inv, f->requested[q]);
	return link;
}

static char *leads_out(const struct trace *t, const char *name, const struct inventory *inv)
{
	const struct trace_file *first = NULL;
	const struct entry *link = NULL;
	size_t n = 0;

	for (size_t k = 0; k < t->n_files; k++) {
		const struct entry *out = way_out(&t->files[k], inv);

		n += out != NULL;
		if (out && !first) {
			first = &t->files[k];
			link = out;
		}
	}
	return n ? xasprintf("the run in %s used %zu file%s through symlinks that lead out of the "
			     "tree: %s through %s -> %s. The layer would not have them; make the "
			     "tree with copies (cp -rL, or --link-mode copy of uv)",
			     name, n, n == 1 ? "" : "s", first->path, link->path, link->link_target)
		 : NULL;
}

void refusals_find(const struct trace *t, const char *name, const struct inventory *inv,
		   char *texts[REFUSALS])
{
	size_t touched = 0;

	texts[REFUSE_INCOMPLETE] = incomplete(t, name);
	texts[REFUSE_FAILED] = failed(t, name);
	texts[REFUSE_CHANGED] = changed(t, name, inv, &touched);
	texts[REFUSE_UNTOUCHED] =
		touched ? NULL
			: xasprintf("the run in %s touched nothing under %s%s", name,
				    inv->n_roots ? inv->roots[0].dir : "any root",
				    inv->n_roots > 1 ? " or the other roots" : "");
	texts[REFUSE_LINKS] = leads_out(t, name, inv);
}
