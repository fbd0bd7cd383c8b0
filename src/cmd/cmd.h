/* cmd - one file per subcommand: parse options, call the core, print.
 *
 * Each command owns its options (argp) and its exit codes; only commands print. Results go to
 * stdout, messages to stderr.
 */
#pragma once

#include "base/error.h"
#include "view/colour.h"

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
	const struct argp *argp;
	int (*run)(int argc, char **argv);
};

extern const struct command cmd_record;
extern const struct command cmd_merge;
extern const struct command cmd_prune;
extern const struct command cmd_explain;
extern const struct command cmd_verify;
extern const struct command cmd_check;
extern const struct command cmd_compare;
extern const struct command cmd_report;
extern const struct command cmd_doctor;
extern const struct command cmd_completion;

/* All of them, in the order of `importtrace --help`; ended by NULL (commands.c). */
extern const struct command *const commands[];
const struct command *command_find(const char *name);

/* Runs argp over argv (argv[0] is the command's name). Ends the program itself after --help,
 * --usage and --version (0) and on wrong usage (`usage_code`), naming the nearest known option. */
void options_parse(const struct argp *argp, int argc, char **argv, unsigned argp_flags,
		   int usage_code, void *input);

/* Every argp's help_filter. An option's text is one line, which --help shows in at most 49 columns,
 * and where that is not enough sentences behind a newline, for the man page. */
char *options_help(int key, const char *text, void *input);

/* The options of a command and its children into *ret, an array that the caller frees; --help and
 * the like, which all have, are not among them. Returns how many. */
size_t options_list(const struct argp *argp, const struct argp_option ***ret);

/* "importtrace CMD: message" on stderr. */
void complain(const char *command, const struct error *e);
/* The same as a warning; NULL: of no command. */
void warn(const char *command, const char *text);
/* The beginning of such a line, its prefix in that colour at a terminal. */
void complain_about(const char *command, enum colour colour, const char *what);
