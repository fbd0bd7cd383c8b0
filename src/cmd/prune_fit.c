#include "cmd/prune_fit.h"

#include "base/mem.h"
#include "plan/settings.h"
#include "view/show.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* A layer is made at most so often. */
#define ROUNDS_MAX 10

bool fit_parse(const char *value, struct fit_limits *ret)
{
	const char *comma = strchr(value, ',');
	CLEANUP_FREE char *size = xstrndup(value, comma ? (size_t)(comma - value) : strlen(value));

	if (strcmp(value, "lambda") == 0) {
		*ret = (struct fit_limits){LAMBDA_UNZIPPED, LAMBDA_ZIPPED};
		return true;
	}
	ret->zip = 0;
	if (!size_parse(size, &ret->bytes) || !ret->bytes)
		return false;
	return !comma || (size_parse(comma + 1, &ret->zip) && ret->zip);
}

/* What an earlier round has left. */
static void start_again(const struct fit_work *w, struct plan *plan, struct layer *layer)
{
	struct prune_content *c = w->output->content;
	struct prune_content again = {.bytecode = c->bytecode,
				      .bytecode_given = c->bytecode_given,
				      .python = c->python,
				      .strip = c->strip,
				      .jobs = c->jobs};

	plan_free(plan);
	layer_discard(layer);
	*layer = (struct layer)LAYER_NONE;
	content_free(c);
	*c = again;
}

/* The room for the next round, in bytes of the tree, where this one was too large. */
static uint64_t less_room(const struct fit_limits *l, uint64_t planned, uint64_t bytes,
			  uint64_t zip)
{
	uint64_t over = bytes > l->bytes ? bytes - l->bytes : 0;
	uint64_t room = planned > over ? planned - over : 0;

	/* Archives shrink about as their content does; a little more, so that it ends. */
	if (l->zip && zip > l->zip) {
		double scaled = (double)planned * (double)l->zip / (double)zip * 0.998;

		room = (uint64_t)scaled < room ? (uint64_t)scaled : room;
	}
	return room;
}

/* The same error, said with the limits that the user gave. */
static int no_room(const struct fit_limits *l, struct error *e)
{
	CLEANUP_FREE char *why = xstrdup(error_text(e)), *zip = NULL;
	int code = e->code;

	zip = l->zip ? xasprintf(", %" PRIu64 " zipped", l->zip) : xstrdup("");
	error_clear(e);
	return error_set(e, code, "no layer of at most %" PRIu64 " bytes%s: %s", l->bytes, zip,
			 why);
}

int fit_prepare(const struct fit_work *w, struct fit *fit, struct plan *plan, struct layer *layer,
		struct error *e)
{
	uint64_t room = w->limits.bytes;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		uint64_t bytes;
		int r;

		if (round)
			start_again(w, plan, layer);
		r = plan_fit(w->traces->list, w->traces->n, w->inv, w->opt, room, fit, plan, e);
		if (r == -ENOSPC)
			return no_room(&w->limits, e);
		if (r == 0)
			r = layer_make(w->output, w->dry_run, w->traces, plan, layer, e);
		if (r < 0)
			return r;
		bytes = fit_bytes(plan);
		if (bytes <= w->limits.bytes &&
		    (!w->limits.zip || layer->zip_bytes <= w->limits.zip))
			return 0;
		room = less_room(&w->limits, fit->bytes, bytes, layer->zip_bytes);
	}
	error_set(e, ENOSPC, "%d layers were made, each too large", ROUNDS_MAX);
	return no_room(&w->limits, e);
}
