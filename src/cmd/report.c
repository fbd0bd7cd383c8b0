/* report - what a layer holds, or what a trace keeps of a tree: tables, JSON, ncdu, one HTML page. */
#include "cmd/cmd.h"

#include "base/files.h"
#include "base/mem.h"
#include "base/path.h"
#include "cmd/layer_input.h"
#include "cmd/levels.h"
#include "cmd/prune_write.h"
#include "view/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { OPT_JSON = 256, OPT_NCDU, OPT_HTML };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_NCDU, FORMAT_HTML };

struct report_args {
	struct layer_input input;
	char *what;
	const char *output;
	enum format format;
};

static const struct argp_option options[] = {
	{"json", OPT_JSON, 0, 0, "A JSON document, one file a line", 0},
	{"ncdu", OPT_NCDU, 0, 0, "ncdu's import format: importtrace report X --ncdu | ncdu -f-", 0},
	{"html", OPT_HTML, 0, 0, "One HTML page that needs no network (report.html)", 0},
	{"output", 'o', "FILE", 0, "Where to (default: standard output)", 0},
	{0},
};

static void set_format(struct report_args *args, enum format format, struct argp_state *state)
{
	if (args->format != FORMAT_TEXT && args->format != format)
		argp_error(state, "one of --json, --ncdu and --html at a time");
	args->format = format;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct report_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->input;
		break;
	case OPT_JSON:
		set_format(args, FORMAT_JSON, state);
		break;
	case OPT_NCDU:
		set_format(args, FORMAT_NCDU, state);
		break;
	case OPT_HTML:
		set_format(args, FORMAT_HTML, state);
		break;
	case 'o':
		args->output = value;
		break;
	case ARGP_KEY_ARG:
		if (args->what)
			argp_error(state, "one layer or trace at a time, not also '%s'", value);
		args->what = value;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&input_argp, 0, NULL, 0}, {0}};

static const struct argp report_argp = {
	.help_filter = options_help,
	.children = children,
	.options = options,
	.parser = parse,
	.args_doc = "[LAYER.ZIP|DIR|TRACE.JSON]",
	.doc = "Shows what a layer (a zip or a directory; default: layer.zip) holds, or what a "
	       "trace keeps of its tree and why."
	       "\v"
	       "Examples:\n"
	       "  importtrace report\n"
	       "  importtrace report trace.json --html\n"
	       "  importtrace report trace.json --safety package --root build/site\n"
	       "  importtrace report build/site -o sizes.txt\n"
	       "  importtrace report layer.zip --ncdu | ncdu -f-\n\n"
	       "Exit codes: 0 done; 2 it could not be done, and nothing was written.",
};

/* A trace is JSON; everything else is a layer. */
static bool is_trace(const char *path)
{
	FILE *f = fopen(path, "re");
	int c = f ? getc(f) : EOF;

	if (f)
		fclose(f);
	return c == '{';
}

static void format_text(const struct report *r, struct buf *out)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	report_text(r, f);
	fclose(f);
	buf_add(out, text, len);
	free(text);
}

static void format(enum format how, const struct report *r, struct buf *out)
{
	if (how == FORMAT_JSON)
		report_json(r, out);
	else if (how == FORMAT_NCDU)
		report_ncdu(r, out);
	else if (how == FORMAT_HTML)
		report_html(r, out);
	else
		format_text(r, out);
}

static int write_output(const char *path, const struct buf *text, struct error *e)
{
	if (path)
		return file_write(path, text, e);
	if (text->len)
		fwrite(text->data, 1, text->len, stdout);
	return 0; /* main says so when it could not be written */
}

static uint64_t archive_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

/* What is decided about: a layer as it is, or with a trace its tree. */
static int load(struct report_args *args, struct traces *traces, struct inventory *inv,
		struct error *e)
{
	if (is_trace(args->what))
		input_keep(&args->input, args->what);
	else if (args->input.n_keep)
		input_root(&args->input, args->what);
	if (args->input.n_keep)
		return input_load(&args->input, traces, inv, e);
	if (access(args->what, F_OK) < 0)
		return error_set(e, errno,
				 "cannot find %s: %s; give a layer (zip or directory) or a trace, "
				 "or make them with 'importtrace record' and 'importtrace prune'",
				 args->what, strerror(errno));
	args->input.plan.safety = SAFETY_ALL;
	return input_layer(args->what, inv, e);
}

static void make_report(const struct report_args *args, const struct traces *traces,
			const struct plan *p, struct buf *text)
{
	CLEANUP_CHOICES struct choices choices = {0};
	struct summary s;
	struct report doc = {.title = args->what, .plan = p, .summary = &s};
	struct levels_work work = {NULL, false, traces, p};

	summary_make(p, &s);
	doc.decided = args->input.n_keep;
	if (doc.decided) {
		choices_make(p, traces->list, traces->n, &args->input.plan, levels_survey, &work,
			     &choices);
		doc.choices = &choices;
	}
	doc.zip_bytes = doc.decided ? 0 : archive_bytes(args->what);
	if (args->format == FORMAT_TEXT && !args->output)
		report_text(&doc, stdout);
	else
		format(args->format, &doc, text);
	summary_free(&s);
}

static int report(struct report_args *args, struct error *e)
{
	CLEANUP_INVENTORY struct inventory inv = {0};
	CLEANUP_PLAN struct plan p = {0};
	CLEANUP_SHIPPED struct shipped shipped = {0};
	CLEANUP_BUF struct buf text = {0};
	struct traces traces = {0};
	int r = load(args, &traces, &inv, e);

	if (r == 0) {
		plan_make(traces.list, traces.n, &inv, &args->input.plan, &p);
		if (args->input.n_keep)
			r = layer_survey_default(&traces, &p, &shipped, e);
	}
	if (r == 0) {
		p.shipped = args->input.n_keep ? &shipped : NULL;
		make_report(args, &traces, &p, &text);
		r = write_output(args->output, &text, e);
	}
	traces_free(&traces);
	return r;
}

static char default_layer[] = "layer.zip";

static int report_run(int argc, char **argv)
{
	struct report_args args = {.input = LAYER_INPUT_DEFAULT};
	CLEANUP_ERROR struct error e = {0};
	int r;

	options_parse(&report_argp, argc, argv, 0, EXIT_USAGE, &args);
	if (!args.what)
		args.what = default_layer;
	if (args.format == FORMAT_HTML && !args.output)
		args.output = "report.html";
	r = report(&args, &e);
	input_free(&args.input);
	if (r < 0) {
		complain("report", &e);
		return EXIT_USAGE;
	}
	if (args.output)
		fprintf(stderr, "importtrace report: wrote %s\n", args.output);
	return EXIT_OK;
}

const struct command cmd_report = {
	.name = "report",
	.summary = "what a layer holds, or what a trace keeps: tables, JSON, ncdu, HTML",
	.argp = &report_argp,
	.run = report_run,
};
