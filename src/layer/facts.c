#include "layer/facts.h"

#include "base/mem.h"
#include "base/path.h"
#include "layer/content.h"
#include "layer/elf.h"
#include "layer/pyc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* What was found in one *.pyc. */
struct slot {
	bool seen;
	atomic_bool other; /* its source has another hash */
	enum pyc_state state;
	struct pyc pyc;
};

/* An entry to look at; cost is the bytes of a content that is read whole and 1, or 0: its head. */
struct task {
	size_t entry;
	uint64_t cost;
};

struct work {
	struct inventory_root *root;
	const struct facts_options *opt;
	struct slot *slots; /* one for each entry */
	struct task *todo;
	size_t n_todo;
	atomic_size_t next;
	pthread_mutex_t lock;
	size_t failed; /* first entry that failed, with its error */
	struct error *e;
};

static bool is_bytecode(const char *path)
{
	return path_ends(path, ".pyc");
}

/* The bytecode of a source in __pycache__: entries from the first to before *end. */
static size_t cached(const struct inventory_root *root, const char *path, size_t *end)
{
	const char *base = path_base(path);
	CLEANUP_FREE char *prefix = xasprintf("%.*s__pycache__/%.*s.", (int)(base - path), path,
					      (int)(strlen(base) - strlen(".py")), base);
	size_t first = inventory_lower_bound(root, prefix), n = strlen(prefix);

	*end = first;
	while (*end < root->n_entries && strncmp(root->entries[*end].path, prefix, n) == 0)
		(*end)++;
	return first;
}

static bool is_hashed(const struct slot *s)
{
	return s->seen && (s->state == PYC_CHECKED || s->state == PYC_UNCHECKED);
}

/* Whether a source has hash-based bytecode. */
static bool has_hashed(const struct work *w, const char *path)
{
	size_t end, i = cached(w->root, path, &end);

	while (i < end && !is_hashed(&w->slots[i]))
		i++;
	return i < end;
}

static void compare_source(struct work *w, const char *path, const struct buf *source)
{
	size_t end;

	for (size_t i = cached(w->root, path, &end); i < end; i++) {
		struct slot *s = &w->slots[i];

		if (is_hashed(s))
			s->other = pyc_source_hash(s->pyc.magic, s->pyc.minor,
						   source->data ? source->data : "",
						   source->len) != s->pyc.hash;
	}
}

static void look_at_bytecode(struct work *w, size_t i, const void *data, size_t len)
{
	struct slot *s = &w->slots[i];

	s->seen = true;
	s->state = pyc_probe(data, len, &s->pyc);
}

/* A content that is too large for memory: read to its end, and its facts by layer/content. */
static int read_pieces(struct work *w, struct entry *ent, struct error *e)
{
	struct content_stream *c = content_open(w->root, ent, e);
	CLEANUP_FREE char *piece = xmalloc(65536);
	ssize_t n = c ? 1 : -e->code;

	while (n > 0)
		n = content_next(c, piece, 65536, e);
	content_close(c);
	return n < 0 || !w->root->zip ? (int)n : content_facts(w->root, ent, e);
}

static void take_facts(struct work *w, size_t i, struct buf *content)
{
	struct entry *ent = &w->root->entries[i];

	if (is_bytecode(ent->path))
		look_at_bytecode(w, i, content->data, content->len);
	else if (w->opt->all && path_ends(ent->path, ".py"))
		compare_source(w, ent->path, content);
	if (!w->root->zip)
		return;
	if (content_may_be_elf(ent))
		ent->elf = elf_read_memory(content->data, content->len);
	if (content_wants_text(ent->path)) {
		ent->text_len = content->len;
		ent->text = buf_take(content);
	}
}

/* Whether the content of an entry is wanted as a whole. */
static bool wants_whole(const struct work *w, const struct entry *ent)
{
	if (!w->root->zip)
		return w->opt->all && path_ends(ent->path, ".py") && has_hashed(w, ent->path);
	return w->opt->all || content_may_be_elf(ent) || content_wants_text(ent->path);
}

/* What a thread keeps from one content to the next. */
struct reader {
	struct buf content;
	struct zip_scratch scratch;
};

static int look_at(struct work *w, const struct task *t, struct reader *rd, struct error *e)
{
	size_t i = t->entry;
	struct entry *ent = &w->root->entries[i];
	int r;

	if (!t->cost) {
		r = content_head(w->root, ent, PYC_PROBE, &rd->scratch, &rd->content, e);
		if (r == 0)
			look_at_bytecode(w, i, rd->content.data, rd->content.len);
		return r;
	}
	if (ent->size > FACTS_WHOLE_MAX)
		return read_pieces(w, ent, e);
	r = content_read_with(w->root, ent, FACTS_WHOLE_MAX, &rd->scratch, &rd->content, e);
	if (r == 0)
		take_facts(w, i, &rd->content);
	return r;
}

static void keep_first_error(struct work *w, size_t i, struct error *e)
{
	pthread_mutex_lock(&w->lock);
	if (i < w->failed) {
		w->failed = i;
		error_clear(w->e);
		*w->e = *e;
		*e = (struct error){0};
	}
	pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
	struct work *w = arg;
	struct reader rd = {0};
	size_t k;

	while ((k = w->next++) < w->n_todo) {
		CLEANUP_ERROR struct error e = {0};

		if (look_at(w, &w->todo[k], &rd, &e) < 0)
			keep_first_error(w, w->todo[k].entry, &e);
	}
	buf_free(&rd.content);
	zip_scratch_free(&rd.scratch);
	return NULL;
}

static void run_all(struct work *w)
{
	unsigned jobs = w->opt->jobs ? w->opt->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t *threads = xcalloc(jobs, sizeof(*threads));
	unsigned n = 0;

	w->next = 0;
	/* This thread is one of them; without others it does everything. */
	while (n + 1 < jobs && n + 1 < w->n_todo && pthread_create(&threads[n], NULL, run, w) == 0)
		n++;
	run(w);
	while (n)
		pthread_join(threads[--n], NULL);
	free(threads);
}

/* The largest first; those of which only the head is read stay in the archive's order. */
static int by_cost(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return x->cost != y->cost ? (x->cost < y->cost ? 1 : -1)
				  : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Bytecode comes in a round of its own when sources are to be compared with it. */
static void run_round(struct work *w, bool bytecode, bool others)
{
	w->n_todo = 0;
	for (size_t i = 0; i < w->root->n_entries; i++) {
		const struct entry *ent = &w->root->entries[i];
		bool pyc = is_bytecode(ent->path), whole;

		if (ent->type != ENTRY_FILE || !(pyc ? bytecode : others))
			continue;
		whole = wants_whole(w, ent);
		if (pyc || whole)
			w->todo[w->n_todo++] = (struct task){i, whole ? ent->size + 1 : 0};
	}
	if (w->n_todo)
		qsort(w->todo, w->n_todo, sizeof(*w->todo), by_cost);
	run_all(w);
}

static enum bytecode_state state_of(const struct slot *s)
{
	switch (s->state) {
	case PYC_TIMED:
		return BYTECODE_TIMED;
	case PYC_CHECKED:
	case PYC_UNCHECKED:
		return s->other ? BYTECODE_OTHER : BYTECODE_SOUND;
	case PYC_FOREIGN:
		return BYTECODE_FOREIGN;
	default:
		return BYTECODE_DAMAGED;
	}
}

static void collect(const struct work *w, size_t r, struct bytecodes *ret)
{
	for (size_t i = 0; i < w->root->n_entries; i++) {
		const struct slot *s = &w->slots[i];

		if (!s->seen)
			continue;
		ret->list = array_grow(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
		ret->list[ret->n] = (struct bytecode){.root = r, .entry = i, .state = state_of(s)};
		if (s->state == PYC_TIMED) {
			ret->list[ret->n].mtime = s->pyc.mtime;
			ret->list[ret->n].size = s->pyc.size;
		}
		ret->n++;
	}
}

int facts_read(struct inventory *inv, size_t r, const struct facts_options *opt,
	       struct bytecodes *ret, struct error *e)
{
	struct inventory_root *root = &inv->roots[r];
	struct work w = {.root = root,
			 .opt = opt,
			 .slots = xcalloc(root->n_entries, sizeof(struct slot)),
			 .todo = xcalloc(root->n_entries, sizeof(struct task)),
			 .lock = PTHREAD_MUTEX_INITIALIZER,
			 .failed = SIZE_MAX,
			 .e = e};

	run_round(&w, !opt->no_bytecode, !opt->all);
	if (opt->all)
		run_round(&w, false, true);
	if (w.failed == SIZE_MAX)
		collect(&w, r, ret);
	free(w.slots);
	free(w.todo);
	return w.failed == SIZE_MAX ? 0 : -e->code;
}
