/* cmd - one file per subcommand: parse options, call the core, print.
 *
 * Each command owns its options (argp) and its exit codes; only commands print. Results go to
 * stdout, messages to stderr.
 */
#pragma once

#include "base/error.h"

#include <argp.h>

/* Exit codes shared by all; `record` has its own (docs: README). */
enum {
	EXIT_OK = 0,
	EXIT_FINDINGS = 1, /* check, verify: a rule failed */
	EXIT_USAGE = 2,    /* wrong usage, or the input or output could not be had */
};

struct command {
	const char *name;
	const char *summary; /* one line for `importtrace --help` */
	int (*run)(int argc, char **argv);
};

extern const struct command cmd_record;
extern const struct command cmd_prune;
extern const struct command cmd_report;
extern const struct command cmd_doctor;

/* Runs argp over argv (argv[0] is the command's name). Ends the program itself after --help,
 * --usage and --version (0) and on wrong usage (`usage_code`), naming the nearest known option. */
void options_parse(const struct argp *argp, int argc, char **argv, unsigned argp_flags,
		   int usage_code, void *input);

/* "importtrace CMD: message" on stderr. */
void complain(const char *command, const struct error *e);
