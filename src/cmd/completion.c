/* completion - what shells need to complete commands and options, and man pages to list them: all
 * from the option tables that the commands parse by. */
#include "cmd/cmd.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan/plan.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct completion_args {
	const char *format, *command;
};

/* --- what an option takes --------------------------------------------------------------------- */

/* The words that the help text quotes: an option that takes certain words says which. */
static void quoted_words(const char *doc, struct buf *out)
{
	for (const char *open = strchr(doc, '\''), *close; open; open = strchr(close + 1, '\'')) {
		close = strchr(open + 1, '\'');
		if (!close)
			return;
		buf_addf(out, "%s%.*s", out->len ? " " : "", (int)(close - open - 1), open + 1);
	}
}

/* The words that an option's value can be, separated by spaces; NULL: a file, or free text. */
static char *value_words(const struct argp_option *o)
{
	CLEANUP_BUF struct buf b = {0};

	if (!o->arg)
		return NULL;
	if (strcmp(o->arg, "LEVEL") == 0) {
		for (int i = 0; i < SAFETIES; i++)
			buf_addf(&b, "%s%s", i ? " " : "", safety_names[i]);
	} else if (strcmp(o->arg, "REASON") == 0) {
		for (int i = 0; i < REFUSALS; i++)
			buf_addf(&b, "%s%s", i ? " " : "", refusal_names[i]);
	} else if (strchr(o->arg, '|') && !isupper((unsigned char)o->arg[0])) {
		buf_addstr(&b, o->arg);
		for (char *c = b.data; *c; c++)
			*c = *c == '|' ? ' ' : *c;
	} else {
		quoted_words(o->doc, &b);
	}
	return b.len ? buf_take(&b) : NULL;
}

static bool has_short(const struct argp_option *o)
{
	return o->key > ' ' && o->key < 127;
}

/* Each option of a command, with the three that every command has behind them. */
static void each_option(const struct command *c, struct buf *out,
			void (*add)(const struct command *, const struct argp_option *,
				    struct buf *))
{
	static const struct argp_option common[] = {
		{"help", '?', 0, 0, "Show the options and examples", 0},
		{"usage", 0, 0, 0, "Show the options in short", 0},
		{"version", 'V', 0, 0, "Show the version", 0},
	};
	CLEANUP_FREE const struct argp_option **list = NULL;
	size_t n = options_list(c->argp, &list);

	for (size_t i = 0; i < n; i++)
		if (list[i]->name && !(list[i]->flags & OPTION_HIDDEN))
			add(c, list[i], out);
	for (size_t i = 0; i < ARRAY_SIZE(common); i++)
		add(c, &common[i], out);
}

/* --- bash ------------------------------------------------------------------------------------- */

static void bash_value(const struct command *c, const struct argp_option *o, struct buf *out)
{
	CLEANUP_FREE char *words = value_words(o);

	if (!o->arg || (o->flags & OPTION_ARG_OPTIONAL))
		return;
	buf_addf(out, "\t%s:--%s", c->name, o->name);
	if (has_short(o))
		buf_addf(out, "|%s:-%c", c->name, o->key);
	if (words)
		buf_addf(out, ") COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", words);
	else
		buf_addstr(out, ") return ;;\n");
}

static void bash_option(const struct command *c, const struct argp_option *o, struct buf *out)
{
	(void)c;
	buf_addf(out, " --%s", o->name);
}

static void print_bash(struct buf *out)
{
	buf_addstr(out, "# bash completion for importtrace; made by `importtrace completion bash`\n"
			"_importtrace() {\n"
			"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} i\n"
			"\tlocal cmd=${COMP_WORDS[1]}\n"
			"\tCOMPREPLY=()\n"
			"\tif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
			"\tif [ \"$cur\" = = ]; then cur=; fi\n"
			"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
			"\t\tCOMPREPLY=($(compgen -W \"");
	for (const struct command *const *c = commands; *c; c++)
		buf_addf(out, "%s ", (*c)->name);
	buf_addstr(out, "--help --version\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
			"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
			"\t\tif [ \"${COMP_WORDS[i]}\" = -- ]; then\n"
			"\t\t\tif [ \"$i\" -eq $((COMP_CWORD - 1)) ]; then\n"
			"\t\t\t\tCOMPREPLY=($(compgen -c -- \"$cur\"))\n\t\t\tfi\n"
			"\t\t\treturn\n\t\tfi\n\tdone\n"
			"\tcase $cmd:$prev in\n");
	for (const struct command *const *c = commands; *c; c++)
		each_option(*c, out, bash_value);
	buf_addstr(out, "\tesac\n\tcase $cmd:$cur in\n");
	for (const struct command *const *c = commands; *c; c++) {
		buf_addf(out, "\t%s:-*) COMPREPLY=($(compgen -W \"", (*c)->name);
		each_option(*c, out, bash_option);
		buf_addstr(out, "\" -- \"$cur\")) ;;\n");
	}
	buf_addstr(out,
		   "\tcompletion:*) COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$cur\")) ;;\n"
		   "\tesac\n}\ncomplete -o default -F _importtrace importtrace\n");
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* Inside single quotes, where brackets and colons have a meaning for _arguments. */
static void zsh_text(const char *s, struct buf *out)
{
	for (; *s && *s != '\n'; s++) {
		if (*s == '\'')
			buf_addstr(out, "'\\''");
		else if (strchr("[]:\\", *s))
			buf_addf(out, "\\%c", *s);
		else
			buf_addch(out, *s);
	}
}

static void zsh_option(const struct command *c, const struct argp_option *o, struct buf *out)
{
	CLEANUP_FREE char *words = value_words(o);

	(void)c;
	buf_addstr(out, " \\\n\t\t\t'*'");
	if (has_short(o))
		buf_addf(out, "{'-%c%s',--%s%s}", o->key, o->arg ? "+" : "", o->name,
			 o->arg ? "=" : "");
	else
		buf_addf(out, "--%s%s", o->name, o->arg ? "=" : "");
	buf_addstr(out, "'[");
	zsh_text(o->doc, out);
	buf_addch(out, ']');
	if (o->arg) {
		buf_addch(out, ':');
		zsh_text(o->arg, out);
		buf_addf(out, words ? ":(%s)" : ":_files", words);
	}
	buf_addch(out, '\'');
}

static void print_zsh(struct buf *out)
{
	buf_addstr(out, "#compdef importtrace\n"
			"# zsh completion; made by `importtrace completion zsh`\n"
			"_importtrace() {\n\tlocal -a commands\n\tcommands=(");
	for (const struct command *const *c = commands; *c; c++) {
		buf_addf(out, "\n\t\t'%s:", (*c)->name);
		zsh_text((*c)->summary, out);
		buf_addch(out, '\'');
	}
	buf_addstr(out, ")\n\tif ((CURRENT == 2)); then\n"
			"\t\t_describe command commands\n\t\treturn\n\tfi\n"
			"\tlocal command=$words[2]\n\tshift words\n\t((CURRENT--))\n"
			"\tcase $command in\n");
	for (const struct command *const *c = commands; *c; c++) {
		buf_addf(out, "\t%s)\n\t\t_arguments -s", (*c)->name);
		each_option(*c, out, zsh_option);
		buf_addstr(out, (*c) == &cmd_completion ? " \\\n\t\t\t':shell:(bash zsh fish)' ;;\n"
							: " \\\n\t\t\t'*:: :_default' ;;\n");
	}
	buf_addstr(out, "\tesac\n}\n_importtrace \"$@\"\n");
}

/* --- fish ------------------------------------------------------------------------------------- */

static void fish_text(const char *s, struct buf *out)
{
	buf_addch(out, '\'');
	for (; *s && *s != '\n'; s++) {
		if (*s == '\'' || *s == '\\')
			buf_addch(out, '\\');
		buf_addch(out, *s);
	}
	buf_addch(out, '\'');
}

static void fish_option(const struct command *c, const struct argp_option *o, struct buf *out)
{
	CLEANUP_FREE char *words = value_words(o);

	buf_addf(out, "complete -c importtrace -n '__fish_seen_subcommand_from %s' -l %s", c->name,
		 o->name);
	if (has_short(o))
		buf_addf(out, " -s '%c'", o->key);
	if (o->arg)
		buf_addstr(out, words ? " -x" : " -r");
	if (words) {
		buf_addstr(out, " -a ");
		fish_text(words, out);
	}
	buf_addstr(out, " -d ");
	fish_text(o->doc, out);
	buf_addch(out, '\n');
}

static void print_fish(struct buf *out)
{
	buf_addstr(out, "# fish completion for importtrace; made by `importtrace completion fish`\n"
			"complete -c importtrace -n __fish_use_subcommand -l help\n"
			"complete -c importtrace -n __fish_use_subcommand -l version\n");
	for (const struct command *const *c = commands; *c; c++) {
		buf_addf(out, "complete -c importtrace -f -n __fish_use_subcommand -a %s -d ",
			 (*c)->name);
		fish_text((*c)->summary, out);
		buf_addch(out, '\n');
		each_option(*c, out, fish_option);
	}
	buf_addstr(out, "complete -c importtrace -f -n '__fish_seen_subcommand_from completion' "
			"-a 'bash zsh fish'\n");
}

/* --- man pages -------------------------------------------------------------------------------- */

/* scdoc(5): a backslash, '_', '*' and '#' are markup. */
static void scdoc_text(const char *s, struct buf *out)
{
	for (; *s; s++) {
		if (strchr("\\_*#", *s))
			buf_addch(out, '\\');
		buf_addstr(out, *s == '\n' ? ". " : (char[]){*s, '\0'});
	}
}

static void scdoc_option(const struct command *c, const struct argp_option *o, struct buf *out)
{
	(void)c;
	if (has_short(o))
		buf_addf(out, "*-%c*, ", o->key);
	buf_addf(out, "*--%s*", o->name);
	if (o->arg) {
		buf_addstr(out, "=_");
		scdoc_text(o->arg, out);
		buf_addstr(out, "_");
	}
	buf_addstr(out, "\n\t");
	scdoc_text(o->doc, out);
	buf_addstr(out, strchr(o->doc, '\n') ? "\n\n" : ".\n\n");
}

/* --- the command ------------------------------------------------------------------------------ */

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct completion_args *args = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (!args->format)
		args->format = value;
	else if (!args->command)
		args->command = value;
	else
		argp_usage(state);
	return 0;
}

static const struct argp completion_argp = {
	.help_filter = options_help,
	.parser = parse,
	.args_doc = "bash|zsh|fish",
	.doc = "Prints a completion script for a shell. 'make install' puts all three in their "
	       "places. 'scdoc COMMAND' prints the options for a man page."
	       "\v"
	       "Examples:\n"
	       "  source <(importtrace completion bash)\n"
	       "  importtrace completion fish > ~/.config/fish/completions/importtrace.fish",
};

static int print(const struct completion_args *args, struct buf *out)
{
	const struct command *c = args->command ? command_find(args->command) : NULL;

	if (args->format && c && strcmp(args->format, "scdoc") == 0)
		each_option(c, out, scdoc_option);
	else if (args->command || !args->format)
		return -1;
	else if (strcmp(args->format, "bash") == 0)
		print_bash(out);
	else if (strcmp(args->format, "zsh") == 0)
		print_zsh(out);
	else if (strcmp(args->format, "fish") == 0)
		print_fish(out);
	else
		return -1;
	return 0;
}

static int completion_run(int argc, char **argv)
{
	struct completion_args args = {0};
	CLEANUP_BUF struct buf out = {0};

	options_parse(&completion_argp, argc, argv, 0, EXIT_USAGE, &args);
	if (print(&args, &out) < 0) {
		fputs("importtrace completion: for which shell? bash, zsh or fish\n", stderr);
		return EXIT_USAGE;
	}
	fwrite(out.data, 1, out.len, stdout);
	return EXIT_OK;
}

const struct command cmd_completion = {
	.name = "completion",
	.summary = "print a completion script for bash, zsh or fish",
	.argp = &completion_argp,
	.run = completion_run,
};
