/* verify - runs commands on a layer in the place of the original, and names what they missed. */
#include "cmd/cmd.h"

#include "base/mem.h"
#include "base/path.h"
#include "cmd/verify_session.h"
#include "view/verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	OPT_MATRIX = 256,
	OPT_REPAIR,
	OPT_SAME_OUTPUT,
	OPT_JSON,
	OPT_USER,
	OPT_AS_ROOT,
	OPT_MANIFEST
};

#define SHOWN 20 /* files of each kind in the report */

struct verify_args {
	struct verify_options opt;
	char **command;
	const char *matrix;
	bool json, quiet;
};

static const struct argp_option options[] = {
	{"root", 'r', "DIR[=PREFIX]", 0,
	 "A tree that the layer stands for; repeatable\n"
	 "With its place in the layer. By default the site directory that the command uses on the "
	 "original, below python/.",
	 0},
	{"same-output", OPT_SAME_OUTPUT, 0, 0, "Standard output must be the original's too", 0},
	{"matrix", OPT_MATRIX, "FILE", 0,
	 "Run each line: COMMAND, or NAME: COMMAND\n"
	 "Each by the shell; a line that begins with # is a comment.",
	 0},
	{"repair", OPT_REPAIR, 0, 0,
	 "Add what was missed to the layer, and try again\n"
	 "Until all pass or nothing more can be added. layer.repaired.tsv beside the layer says "
	 "why "
	 "each file was added.",
	 0},
	{"output", 'o', "FILE|DIR/", 0, "Where the repaired layer goes (in its place)", 0},
	{"manifest", OPT_MANIFEST, "FILE", 0,
	 "The manifest that prune wrote: --repair brings it up to date", 0},
	{"user", OPT_USER, "USER", 0, "Run the commands as USER (root only)", 0},
	{"as-root", OPT_AS_ROOT, 0, 0, "Under sudo: run them as root, not as the caller", 0},
	{"json", OPT_JSON, 0, 0, "Report as JSON", 0},
	{"quiet", 'q', 0, 0, "No report", 0},
	{0},
};

/* The layer, then the command: from its first word on nothing is an option of ours. */
static void parse_word(struct verify_args *args, char *value, struct argp_state *state)
{
	bool quoted = state->quoted && state->next > state->quoted;

	if (!args->opt.layer && !quoted) {
		args->opt.layer = value;
		return;
	}
	args->command = state->argv + state->next - 1;
	state->next = state->argc;
}

static void parse_end(const struct verify_args *args, struct argp_state *state)
{
	if (args->matrix && args->command)
		argp_error(state, "--matrix names the commands; '%s' is one too many",
			   args->command[0]);
	if (!args->matrix && !args->command)
		argp_error(state, "no command given; for example: importtrace verify layer.zip -- "
				  "python smoke.py");
	if (args->opt.output && !args->opt.repair)
		argp_error(state, "-o is where the layer of --repair goes");
	if (args->opt.manifest && !args->opt.repair)
		argp_error(state, "--manifest is for --repair, which brings it up to date");
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct verify_args *args = state->input;

	switch (key) {
	case 'r':
		input_root(&args->opt.input, value);
		break;
	case 'o':
		args->opt.output = value;
		break;
	case 'q':
		args->quiet = true;
		break;
	case OPT_SAME_OUTPUT:
		args->opt.same_output = true;
		break;
	case OPT_MATRIX:
		args->matrix = value;
		break;
	case OPT_REPAIR:
		args->opt.repair = true;
		break;
	case OPT_MANIFEST:
		args->opt.manifest = value;
		break;
	case OPT_USER:
		args->opt.user = value;
		break;
	case OPT_AS_ROOT:
		args->opt.as_root = true;
		break;
	case OPT_JSON:
		args->json = true;
		break;
	case ARGP_KEY_ARG:
		parse_word(args, value, state);
		break;
	case ARGP_KEY_END:
		parse_end(args, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp verify_argp = {
	.help_filter = options_help,
	.options = options,
	.parser = parse,
	.args_doc = "[LAYER.ZIP|DIR] [--] COMMAND [ARG…]",
	.doc = "Runs COMMAND on the original and then on the layer (default: layer.zip) in the "
	       "place "
	       "of the original, traced. Names each removed file that it touches or imports, also "
	       "where the program swallows the ImportError, and compares the exit code."
	       "\v"
	       "Examples:\n"
	       "  importtrace verify layer.zip -- python smoke.py\n"
	       "  importtrace verify --same-output -- python report.py --all\n"
	       "  importtrace verify layer.zip --repair --matrix workloads.txt\n"
	       "  importtrace verify layer.zip --root build/site=python -- python smoke.py\n\n"
	       "Exit codes: 0 passed; 1 something was missed or differs; 2 it could not be "
	       "verified.",
};

static int verify_command(struct verify_args *args, struct error *e)
{
	CLEANUP_SESSION struct session s = {0};
	struct verify_report report;
	int r = 0;

	if (args->matrix)
		r = session_matrix(&s, args->matrix, e);
	else
		session_command(&s, args->command);
	if (r == 0)
		r = session_run(&s, &args->opt, e);
	if (r < 0)
		return r;
	session_report(&s, &report);
	if (args->json)
		verify_show_json(&report, stdout);
	else if (!args->quiet)
		verify_show(&report, SHOWN, stdout);
	return report.passed ? EXIT_OK : s.unsteady ? EXIT_USAGE : EXIT_FINDINGS;
}

static int verify_run(int argc, char **argv)
{
	struct verify_args args = {0};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&verify_argp, argc, argv, ARGP_IN_ORDER, EXIT_USAGE, &args);
	if (!args.opt.layer)
		args.opt.layer = "layer.zip";
	r = verify_command(&args, &e);
	input_free(&args.opt.input);
	if (r < 0) {
		complain("verify", &e);
		return EXIT_USAGE;
	}
	return r;
}

const struct command cmd_verify = {
	.name = "verify",
	.summary = "run commands on the layer, name what they missed, repair it",
	.argp = &verify_argp,
	.run = verify_run,
};
