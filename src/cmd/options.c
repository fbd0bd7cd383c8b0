#include "cmd/cmd.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "version.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *argp_program_version = "importtrace " IMPORTTRACE_VERSION;

void complain_about(const char *command, enum colour colour, const char *what)
{
	colour_begin(stderr, colour);
	fprintf(stderr, "importtrace%s%s:", command ? " " : "", command ? command : "");
	colour_end(stderr);
	fprintf(stderr, " %s", what);
}

void complain(const char *command, const struct error *e)
{
	complain_about(command, COLOUR_ERROR, error_text(e));
	fputc('\n', stderr);
}

void warn(const char *command, const char *text)
{
	complain_about(command, COLOUR_WARNING, "warning: ");
	fprintf(stderr, "%s\n", text);
}

static const char *const common_options[] = {"help", "usage", "version"};

static bool is_last(const struct argp_option *o)
{
	return !o || !(o->name || o->key || o->doc);
}

/* The parsers of a command: its own, then its children (which have none themselves). */
static const struct argp *next_argp(const struct argp *top, const struct argp *a)
{
	const struct argp_child *c = top->children;

	if (a == top)
		return c ? c->argp : NULL;
	while (c->argp != a)
		c++;
	return c[1].argp;
}

size_t options_list(const struct argp *argp, const struct argp_option ***ret)
{
	size_t n = 0, cap = 0;

	*ret = NULL;
	for (const struct argp *a = argp; a; a = next_argp(argp, a))
		for (const struct argp_option *o = a->options; !is_last(o); o++) {
			*ret = array_grow(*ret, n, &cap, sizeof(**ret));
			(*ret)[n++] = o;
		}
	return n;
}

static const char *nearest_option(const struct argp *argp, const char *word)
{
	const char *names[64];
	size_t n = 0;

	for (const struct argp *a = argp; a; a = next_argp(argp, a))
		for (const struct argp_option *o = a->options; !is_last(o); o++)
			if (o->name && n < ARRAY_SIZE(names) - ARRAY_SIZE(common_options))
				names[n++] = o->name;
	for (size_t i = 0; i < ARRAY_SIZE(common_options); i++)
		names[n++] = common_options[i];
	return nearest_word(word, names, n);
}

/* Whether a long option's name, perhaps shortened, is known; *takes_value when it wants one. */
static bool known_long(const struct argp *argp, const char *word, size_t len, bool *takes_value)
{
	for (const struct argp *a = argp; a; a = next_argp(argp, a))
		for (const struct argp_option *o = a->options; !is_last(o); o++)
			if (o->name && strncmp(o->name, word, len) == 0) {
				*takes_value = o->arg && !(o->flags & OPTION_ARG_OPTIONAL);
				return true;
			}
	for (size_t i = 0; i < ARRAY_SIZE(common_options); i++)
		if (strncmp(common_options[i], word, len) == 0)
			return true;
	return false;
}

/* Whether a cluster of short options ("-nj4") ends in one whose value is the next word. */
static bool short_takes_next(const struct argp *argp, const char *cluster)
{
	for (const char *c = cluster; *c; c++)
		for (const struct argp *a = argp; a; a = next_argp(argp, a))
			for (const struct argp_option *o = a->options; !is_last(o); o++)
				if (o->key == *c && o->arg && !(o->flags & OPTION_ARG_OPTIONAL))
					return c[1] == '\0';
	return false;
}

char *options_help(int key, const char *text, void *input)
{
	(void)input;
	if (!text || !strchr(text, '\n') || (unsigned)key >= (unsigned)ARGP_KEY_HELP_PRE_DOC)
		return (char *)text;
	return xstrndup(text, strcspn(text, "\n"));
}

static void reject_unknown(const struct argp *argp, const char *command, const char *word)
{
	CLEANUP_FREE char *name = xstrndup(word, strcspn(word, "="));
	const char *near = nearest_option(argp, name);

	complain_about(command, COLOUR_ERROR, "unknown option --");
	fputs(name, stderr);
	if (near)
		fprintf(stderr, "; did you mean --%s?", near);
	fprintf(stderr, "\nTry 'importtrace %s --help'.\n", command);
}

/* getopt's own message names no nearest option: look for unknown long options first. */
static bool check_options(const struct argp *argp, int argc, char **argv, bool in_order)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *word = argv[i];
		bool takes_value = false;
		size_t len;

		if (word[0] != '-' || !word[1]) {
			if (in_order)
				return true;
			continue;
		}
		if (word[1] != '-') {
			i += short_takes_next(argp, word + 1);
			continue;
		}
		len = strcspn(word + 2, "=");
		if (!known_long(argp, word + 2, len, &takes_value)) {
			reject_unknown(argp, argv[0], word + 2);
			return false;
		}
		i += takes_value && !word[2 + len];
	}
	return true;
}

static char shown_name[64]; /* "importtrace COMMAND" */

/* A line of argp's or getopt's, to the terminal that the cookie is: as complain_about has it. */
static ssize_t write_message(void *cookie, const char *text, size_t n)
{
	FILE *terminal = cookie;
	size_t name = strlen(shown_name);

	if (n > name && memcmp(text, shown_name, name) == 0 && text[name] == ':') {
		colour_begin(terminal, COLOUR_ERROR);
		fprintf(terminal, "%s:", shown_name);
		colour_end(terminal);
		fwrite(text + name + 1, 1, n - name - 1, terminal);
	} else {
		fwrite(text, 1, n, terminal);
	}
	return (ssize_t)n;
}

/* Both write to `stderr`, and mostly end the program. */
static void parse_coloured(const struct argp *argp, int argc, char **argv, unsigned flags,
			   void *input)
{
	const cookie_io_functions_t io = {.write = write_message};
	FILE *before = stderr, *coloured = fopencookie(before, "w", io);

	if (coloured) {
		setvbuf(coloured, NULL, _IOLBF, BUFSIZ);
		stderr = coloured;
	}
	argp_parse(argp, argc, argv, flags, NULL, input);
	stderr = before;
	if (coloured)
		fclose(coloured);
}

void options_parse(const struct argp *argp, int argc, char **argv, unsigned argp_flags,
		   int usage_code, void *input)
{
	bool format_chosen = getenv("ARGP_HELP_FMT");

	if (!check_options(argp, argc, argv, argp_flags & ARGP_IN_ORDER))
		exit(usage_code);
	/* argp takes the name in its messages from argv[0]. */
	snprintf(shown_name, sizeof(shown_name), "importtrace %s", argv[0]);
	argv[0] = shown_name;
	argp_err_exit_status = usage_code;
	/* Only for --help: what is recorded must see the caller's environment. */
	if (!format_chosen)
		setenv("ARGP_HELP_FMT", "no-dup-args-note", 1);
	parse_coloured(argp, argc, argv, argp_flags, input);
	if (!format_chosen)
		unsetenv("ARGP_HELP_FMT");
}
