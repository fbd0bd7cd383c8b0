/* importtrace - which files a Python workload really uses, and the smallest safe layer of them.
 *
 * A map of the sources; dependencies point one way, from the top to the bottom:
 *
 *   main.c    the command table
 *   cmd/      one short file per command: parse options, call the core, print
 *   trace/    making and reading traces: tracer (libbpf), child (the workload), collect (events
 *             to files), tracefile (trace.json); place and witness (for verify's runs)
 *   plan/     deciding, without I/O: what is kept, what is removed, and why
 *   layer/    bytes: walking trees, reading ELF and dist-info, compressing, writing zips
 *   view/     showing: tables, progress
 *   base/     error, mem, buf, path, files, json, strmap, nearest
 *
 *   ../include  what crosses a boundary: event.h (kernel ↔ user), trace.h, version.h
 *   ../bpf      the kernel side
 *
 * Start with cmd/record.c and cmd/prune.c: each reads from top to bottom like its --help.
 */
#include "base/files.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "cmd/cmd.h"
#include "version.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

static void print_usage(FILE *out)
{
	fputs("Usage: importtrace COMMAND [OPTION…]\n\n"
	      "Finds out which files a Python workload really uses and builds the smallest layer\n"
	      "that is still safe to ship.\n\n"
	      "Start here:\n"
	      "  importtrace record -- python smoke.py     watch a run, write trace.json\n"
	      "  importtrace prune --keep trace.json       write layer.zip\n\n"
	      "Commands:\n",
	      out);
	for (const struct command *const *c = commands; *c; c++)
		fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
	fputs("\n'importtrace COMMAND --help' shows the options of one command.\n", out);
}

static int unknown_command(const char *word)
{
	const char *names[32], *near;
	size_t n = 0;

	for (; commands[n] && n < ARRAY_SIZE(names); n++)
		names[n] = commands[n]->name;
	near = nearest_word(word, names, n);
	complain_about(NULL, COLOUR_ERROR, "unknown command ");
	fprintf(stderr, "'%s'", word);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fputs("\nTry 'importtrace --help'.\n", stderr);
	return EXIT_USAGE;
}

/* Output that could not be written (a full disk, a closed pipe) is a failure like any other. */
static int close_stdout(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	perror("importtrace: cannot write to standard output");
	return code ? code : EXIT_USAGE;
}

/* Large buffers go back to the system when they are freed. By itself glibc would raise its limit to
 * the largest that ever was, and keep what is freed: a fifth of the peak when libraries are stripped. */
static void keep_memory_low(void)
{
	enum { LARGE = 1 << 20 };

	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TRIM_THRESHOLD, LARGE);
}

int main(int argc, char **argv)
{
	static char help_option[] = "--help";
	const struct command *command;

	keep_memory_low();
	files_occupy_standard();
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	if (argc == 3 && strcmp(argv[1], "help") == 0 && command_find(argv[2])) {
		argv[1] = argv[2];
		argv[2] = help_option;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return close_stdout(EXIT_OK);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("importtrace " IMPORTTRACE_VERSION);
		return close_stdout(EXIT_OK);
	}
	command = command_find(argv[1]);
	if (command)
		return close_stdout(command->run(argc - 1, argv + 1));
	return unknown_command(argv[1]);
}
