/* closure - how long the parts of `prune --dry-run` take, for bench/closure.
 *
 *     closure TRACE SITE [RUNS]
 *
 * Does what the command does at the default level, in its order, and prints for each part the best
 * of RUNS (5) in seconds, one "part seconds" a line; then "modules N", the sources that were
 * scanned. `sources` reads and scans them; `decide` is the rest of the closure, without I/O. */
#include "base/mem.h"
#include "layer/sources.h"
#include "layer/tree.h"
#include "plan/plan.h"
#include "trace/tracefile.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum part { PART_TRACE, PART_TREE, PART_SOURCES, PART_DECIDE, PARTS };
static const char *const names[PARTS] = {"trace", "tree", "sources", "decide"};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t count_scanned(const struct inventory *inv)
{
	size_t n = 0;

	for (size_t r = 0; r < inv->n_roots; r++)
		for (size_t i = 0; i < inv->roots[r].n_entries; i++)
			n += inv->roots[r].entries[i].facts != NULL;
	return n;
}

static int run(const char *trace_file, const char *site, double seconds[PARTS], size_t *modules,
	       struct error *e)
{
	CLEANUP_INVENTORY struct inventory inv = {0};
	CLEANUP_RULES struct rules builtin = {0};
	CLEANUP_PLAN struct plan plan = {0};
	struct plan_options opt = {.safety = SAFETY_DEFAULT, .builtin = &builtin};
	struct trace trace = {0};
	double at[PARTS + 1] = {now()};
	int r = trace_read(trace_file, &trace, e);

	at[PART_TREE] = now();
	if (r == 0)
		r = tree_read(site, "python", &inv, e);
	if (r == 0)
		inventory_index(&inv);
	if (r == 0)
		r = rules_builtin(&builtin, e);
	at[PART_SOURCES] = now();
	if (r == 0)
		r = sources_scan(&inv, 0, e);
	at[PART_DECIDE] = now();
	if (r == 0)
		plan_make(&trace, 1, &inv, &opt, &plan);
	at[PARTS] = now();
	*modules = count_scanned(&inv);
	trace_free(&trace);
	for (size_t k = 0; k < PARTS; k++)
		if (at[k + 1] - at[k] < seconds[k])
			seconds[k] = at[k + 1] - at[k];
	return r;
}

int main(int argc, char **argv)
{
	double seconds[PARTS] = {1e9, 1e9, 1e9, 1e9};
	long runs = argc > 3 ? strtol(argv[3], NULL, 10) : 5;
	struct error e = {0};
	size_t modules = 0;

	if (argc < 3) {
		fputs("usage: closure TRACE SITE [RUNS]\n", stderr);
		return 2;
	}
	for (long k = 0; k < runs; k++)
		if (run(argv[1], argv[2], seconds, &modules, &e) < 0) {
			fprintf(stderr, "closure: %s\n", error_text(&e));
			return 2;
		}
	for (size_t k = 0; k < PARTS; k++)
		printf("%s %.4f\n", names[k], seconds[k]);
	printf("modules %zu\n", modules);
	return 0;
}
