/* doctor - says whether this machine can record and, if not, the one thing to do. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <unistd.h>

static const struct argp doctor_argp = {
	.doc = "Says whether this machine can record and, if not, the one thing to do.",
};

static int doctor_run(int argc, char **argv)
{
	options_parse(&doctor_argp, argc, argv, 0, EXIT_USAGE, NULL);
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0) {
		perror("importtrace doctor: cannot read /sys/kernel/btf/vmlinux");
		return EXIT_USAGE;
	}
	puts("kernel type information: present");
	return EXIT_OK;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "say whether this machine can record",
	.run = doctor_run,
};
