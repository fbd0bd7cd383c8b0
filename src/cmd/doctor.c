/* doctor - says whether this machine can record and, if not, the one thing to do. */
#include "cmd/cmd.h"

#include "trace/diagnose.h"

#include <stdio.h>

static const struct argp doctor_argp = {
	.doc = "Says whether this machine can record and, if not, the one thing to do."
	       "\v"
	       "Exit codes: 0 it can, 2 it cannot.",
};

static int print_findings(const struct diagnosis *d)
{
	const char *remedy = NULL;

	for (int i = 0; i < d->n; i++) {
		const struct finding *f = &d->findings[i];

		printf("%-4s %s: %s\n", f->ok ? "ok" : "FAIL", f->what, f->detail);
		if (!f->ok && !remedy)
			remedy = f->remedy;
	}
	if (!remedy) {
		puts("This machine can record.");
		return EXIT_OK;
	}
	printf("This machine cannot record yet. To do: %s\n", remedy);
	return EXIT_USAGE;
}

static int doctor_run(int argc, char **argv)
{
	struct diagnosis d;
	int code;

	options_parse(&doctor_argp, argc, argv, 0, EXIT_USAGE, NULL);
	diagnose(&d);
	code = print_findings(&d);
	diagnosis_free(&d);
	return code;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "say whether this machine can record",
	.argp = &doctor_argp,
	.run = doctor_run,
};
