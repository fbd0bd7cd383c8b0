/* doctor - says whether this machine can record and, if not, the one thing to do. */
#include "cmd/cmd.h"

#include "trace/diagnose.h"
#include "trace/tracer.h"
#include "view/colour.h"

#include <stdio.h>

static const struct argp doctor_argp = {
	.help_filter = options_help,
	.doc = "Says whether this machine can record and, if not, the one thing to do."
	       "\v"
	       "Exit codes: 0 it can, 2 it cannot.",
};

static void print_verdict(bool ok)
{
	colour_text(stdout, ok ? COLOUR_GOOD : COLOUR_ERROR, ok ? "ok   " : "FAIL ");
}

/* The first thing to do, or NULL when all that is known to be needed is there. */
static const char *print_findings(const struct diagnosis *d)
{
	const char *remedy = NULL;

	for (int i = 0; i < d->n; i++) {
		const struct finding *f = &d->findings[i];

		print_verdict(f->ok);
		printf("%s: %s\n", f->what, f->detail);
		if (!f->ok && !remedy)
			remedy = f->remedy;
	}
	return remedy;
}

static void ignore(void *ctx, const struct event *event, const char *data)
{
	(void)ctx;
	(void)event;
	(void)data;
}

/* What a list of causes cannot know: whether the kernel takes the program. Nothing is traced. */
static int try_tracer(struct error *e)
{
	const struct tracer_options opt = {.ring_bytes = 1, .processes = 1};
	CLEANUP_TRACER struct tracer *t = NULL;
	int r = tracer_open(&opt, ignore, NULL, &t, e);

	return r < 0 ? r : tracer_attach(t, e);
}

static int print_trial(void)
{
	CLEANUP_ERROR struct error e = {0};

	if (try_tracer(&e) < 0) {
		print_verdict(false);
		printf("loading and attaching: %s\n"
		       "This machine cannot record yet.\n",
		       error_text(&e));
		return EXIT_USAGE;
	}
	print_verdict(true);
	puts("loading and attaching: done, and taken away again\n"
	     "This machine can record.");
	return EXIT_OK;
}

static int print_diagnosis(const struct diagnosis *d)
{
	const char *remedy = print_findings(d);

	if (!remedy)
		return print_trial();
	printf("This machine cannot record yet. To do: %s\n", remedy);
	return EXIT_USAGE;
}

static int doctor_run(int argc, char **argv)
{
	struct diagnosis d;
	int code;

	options_parse(&doctor_argp, argc, argv, 0, EXIT_USAGE, NULL);
	diagnose(&d);
	code = print_diagnosis(&d);
	diagnosis_free(&d);
	return code;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "say whether this machine can record",
	.argp = &doctor_argp,
	.run = doctor_run,
};
