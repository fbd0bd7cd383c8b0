#include "base/parallel.h"

#include "base/mem.h"

#include <unistd.h>

struct thread {
	struct parallel *p;
	void (*worker)(struct parallel *p, void *ctx);
	void *ctx;
};

static void *run(void *arg)
{
	const struct thread *t = arg;

	t->worker(t->p, t->ctx);
	return NULL;
}

int parallel_run(size_t n, unsigned jobs, void (*worker)(struct parallel *p, void *ctx), void *ctx,
		 struct error *e)
{
	struct parallel p = {.n = n, .lock = PTHREAD_MUTEX_INITIALIZER, .e = e};
	struct thread thread = {&p, worker, ctx};
	CLEANUP_FREE pthread_t *threads = NULL;
	unsigned started = 0;

	if (!jobs)
		jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	if (jobs > n)
		jobs = (unsigned)n;
	if (jobs == 0)
		return 0;
	threads = xcalloc(jobs, sizeof(*threads));
	/* Fewer threads than asked for only take longer. */
	while (started + 1 < jobs && pthread_create(&threads[started], NULL, run, &thread) == 0)
		started++;
	worker(&p, ctx);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&p.lock);
	return p.result;
}

bool parallel_next(struct parallel *p, size_t *i)
{
	bool more;

	pthread_mutex_lock(&p->lock);
	more = p->result == 0 && p->next < p->n;
	if (more)
		*i = p->next++;
	pthread_mutex_unlock(&p->lock);
	return more;
}

void parallel_fail(struct parallel *p, const struct error *e)
{
	pthread_mutex_lock(&p->lock);
	if (p->result == 0)
		p->result = error_set(p->e, e->code, "%s", error_text(e));
	pthread_mutex_unlock(&p->lock);
}
