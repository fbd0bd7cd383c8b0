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

struct facts_job {
	struct inventory_root *root;
	size_t r;
	struct facts_options opt;
	struct slot *slots; /* one for each entry */
	struct task *todo;
	size_t n_todo;
	atomic_size_t next;
	pthread_t *threads;
	size_t n_threads;
	pthread_mutex_t lock;
	size_t failed; /* first entry that failed, with its error */
	struct error e;
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
static bool has_hashed(const struct facts_job *w, const char *path)
{
	size_t end, i = cached(w->root, path, &end);

	while (i < end && !is_hashed(&w->slots[i]))
		i++;
	return i < end;
}

static void compare_source(struct facts_job *w, const char *path, const struct buf *source)
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

static void look_at_bytecode(struct facts_job *w, size_t i, const void *data, size_t len)
{
	struct slot *s = &w->slots[i];

	s->seen = true;
	s->state = pyc_probe(data, len, &s->pyc);
}

/* A content that is too large for memory: read to its end, and its facts by layer/content. */
static int read_pieces(struct facts_job *w, struct entry *ent, struct error *e)
{
	struct content_stream *c = content_open(w->root, ent, e);
	CLEANUP_FREE char *piece = xmalloc(65536);
	ssize_t n = c ? 1 : -e->code;

	while (n > 0)
		n = content_next(c, piece, 65536, e);
	content_close(c);
	return n < 0 || !w->root->zip ? (int)n : content_facts(w->root, ent, e);
}

static void take_facts(struct facts_job *w, size_t i, struct buf *content)
{
	struct entry *ent = &w->root->entries[i];

	if (is_bytecode(ent->path))
		look_at_bytecode(w, i, content->data, content->len);
	else if (w->opt.depth == FACTS_ALL && path_ends(ent->path, ".py"))
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

/* Texts of a zip: decisions read them first, so they do not wait for the rest. */
static bool is_text(const struct facts_job *w, const struct entry *ent)
{
	return w->root->zip && ent->type == ENTRY_FILE && content_wants_text(ent->path);
}

static bool may_be_native(const struct facts_job *w, const struct entry *ent)
{
	return w->root->zip && content_may_be_elf(ent);
}

/* Whether the content of an entry is wanted as a whole. */
static bool wants_whole(const struct facts_job *w, const struct entry *ent)
{
	if (w->opt.depth == FACTS_SIZES)
		return false;
	if (w->root->zip)
		return w->opt.depth == FACTS_ALL || content_may_be_elf(ent);
	return w->opt.depth == FACTS_ALL && path_ends(ent->path, ".py") && has_hashed(w, ent->path);
}

/* What a thread keeps from one content to the next. */
struct reader {
	struct buf content;
	struct zip_scratch scratch;
};

static int look_at_head(struct facts_job *w, size_t i, struct reader *rd, struct error *e)
{
	struct entry *ent = &w->root->entries[i];
	bool pyc = is_bytecode(ent->path);
	int r = content_head(w->root, ent, pyc ? PYC_PROBE : ELF_HEAD, &rd->scratch, &rd->content,
			     e);

	if (r < 0)
		return r;
	if (pyc)
		look_at_bytecode(w, i, rd->content.data, rd->content.len);
	else
		ent->elf = elf_read_memory(rd->content.data, rd->content.len);
	return 0;
}

static int look_at(struct facts_job *w, const struct task *t, struct reader *rd, struct error *e)
{
	size_t i = t->entry;
	struct entry *ent = &w->root->entries[i];
	int r;

	if (!t->cost)
		return look_at_head(w, i, rd, e);
	if (ent->size > FACTS_WHOLE_MAX)
		return read_pieces(w, ent, e);
	r = content_read_with(w->root, ent, FACTS_WHOLE_MAX, &rd->scratch, &rd->content, e);
	if (r == 0)
		take_facts(w, i, &rd->content);
	return r;
}

static void keep_first_error(struct facts_job *w, size_t i, struct error *e)
{
	pthread_mutex_lock(&w->lock);
	if (i < w->failed) {
		w->failed = i;
		error_clear(&w->e);
		w->e = *e;
		*e = (struct error){0};
	}
	pthread_mutex_unlock(&w->lock);
}

static void do_task(struct facts_job *w, const struct task *t, struct reader *rd)
{
	CLEANUP_ERROR struct error e = {0};

	if (look_at(w, t, rd, &e) < 0)
		keep_first_error(w, t->entry, &e);
}

static void reader_free(struct reader *rd)
{
	buf_free(&rd->content);
	zip_scratch_free(&rd->scratch);
}

static void *run(void *arg)
{
	struct facts_job *w = arg;
	struct reader rd = {0};
	size_t k;

	while ((k = w->next++) < w->n_todo)
		do_task(w, &w->todo[k], &rd);
	reader_free(&rd);
	return NULL;
}

/* On all cores but the caller's own. */
static void start_threads(struct facts_job *w)
{
	unsigned jobs = w->opt.jobs ? w->opt.jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);

	w->next = 0;
	w->threads = xcalloc(jobs, sizeof(*w->threads));
	while (w->n_threads + 1 < jobs && w->n_threads < w->n_todo &&
	       pthread_create(&w->threads[w->n_threads], NULL, run, w) == 0)
		w->n_threads++;
}

/* This thread takes part; without others it does everything. */
static void finish_threads(struct facts_job *w)
{
	run(w);
	while (w->n_threads)
		pthread_join(w->threads[--w->n_threads], NULL);
	free(TAKE_PTR(w->threads));
}

/* The largest first; those of which only the head is read stay in the archive's order. */
static int by_cost(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return x->cost != y->cost ? (x->cost < y->cost ? 1 : -1)
				  : (x->entry > y->entry) - (x->entry < y->entry);
}

/* Bytecode comes in a round of its own when sources are to be compared with it. */
static void deal_round(struct facts_job *w, bool bytecode, bool others)
{
	w->n_todo = 0;
	for (size_t i = 0; i < w->root->n_entries; i++) {
		const struct entry *ent = &w->root->entries[i];
		bool pyc = is_bytecode(ent->path), whole;

		if (ent->type != ENTRY_FILE || !(pyc ? bytecode : others) || is_text(w, ent))
			continue;
		whole = wants_whole(w, ent);
		if (pyc || whole || may_be_native(w, ent))
			w->todo[w->n_todo++] = (struct task){i, whole ? ent->size + 1 : 0};
	}
	if (w->n_todo)
		qsort(w->todo, w->n_todo, sizeof(*w->todo), by_cost);
}

static void read_texts(struct facts_job *w)
{
	struct reader rd = {0};

	for (size_t i = 0; i < w->root->n_entries; i++)
		if (is_text(w, &w->root->entries[i]))
			do_task(w, &(struct task){i, w->root->entries[i].size + 1}, &rd);
	reader_free(&rd);
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

static void collect(const struct facts_job *w, struct bytecodes *ret)
{
	for (size_t i = 0; i < w->root->n_entries; i++) {
		const struct slot *s = &w->slots[i];

		if (!s->seen)
			continue;
		ret->list = array_grow(ret->list, ret->n, &ret->cap, sizeof(*ret->list));
		ret->list[ret->n] =
			(struct bytecode){.root = w->r, .entry = i, .state = state_of(s)};
		if (s->state == PYC_TIMED) {
			ret->list[ret->n].mtime = s->pyc.mtime;
			ret->list[ret->n].size = s->pyc.size;
		}
		ret->n++;
	}
}

struct facts_job *facts_start(struct inventory *inv, size_t r, const struct facts_options *opt)
{
	struct facts_job *w = xcalloc(1, sizeof(*w));
	struct inventory_root *root = &inv->roots[r];

	*w = (struct facts_job){.root = root,
				.r = r,
				.opt = *opt,
				.slots = xcalloc(root->n_entries, sizeof(struct slot)),
				.todo = xcalloc(root->n_entries, sizeof(struct task)),
				.lock = PTHREAD_MUTEX_INITIALIZER,
				.failed = SIZE_MAX};
	deal_round(w, opt->depth != FACTS_SIZES, opt->depth != FACTS_ALL);
	start_threads(w);
	read_texts(w);
	return w;
}

int facts_finish(struct facts_job *w, struct bytecodes *ret, struct error *e)
{
	int r;

	finish_threads(w);
	if (w->opt.depth == FACTS_ALL) {
		deal_round(w, false, true);
		start_threads(w);
		finish_threads(w);
	}
	if (w->failed == SIZE_MAX)
		collect(w, ret);
	else
		*e = w->e;
	r = w->failed == SIZE_MAX ? 0 : -e->code;
	free(w->slots);
	free(w->todo);
	free(w);
	return r;
}

int facts_native(const struct inventory_root *root, struct entry *ent, struct error *e)
{
	CLEANUP_BUF struct buf content = {0};
	int r;

	elf_facts_free(TAKE_PTR(ent->elf));
	if (ent->size > FACTS_WHOLE_MAX)
		return content_facts(root, ent, e);
	r = content_read(root, ent, FACTS_WHOLE_MAX, &content, e);
	if (r == 0)
		ent->elf = elf_read_memory(content.data, content.len);
	return r;
}
