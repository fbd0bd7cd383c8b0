/* dump - the scanner's facts as lines, for tests/scan/compare.py.
 *
 * Names of sources come on standard input, one a line. For each: "F path", its facts (kind, line,
 * flags and texts, tab-separated) and, where it is called invalid, "! line reason". */
#include "base/buf.h"
#include "base/files.h"
#include "base/mem.h"
#include "plan/scan.h"

#include <stdio.h>
#include <string.h>

static void dump_fact(const struct facts *f, const struct fact *one)
{
	static const char kinds[] = {'I', 'M', 'D', 'P', 'S'};

	printf("%c\t%u\t%u\t", kinds[one->kind], one->line, one->flags);
	if (one->kind == FACT_FROM)
		printf("%u\t%s\t", one->level, fact_module(f, one));
	puts(fact_name(f, one));
}

static int dump(const char *path)
{
	struct error e = {0};
	CLEANUP_BUF struct buf text = {0};
	struct facts f;

	if (file_read(path, SIZE_MAX, &text, &e) < 0) {
		fprintf(stderr, "%s\n", error_text(&e));
		return 1;
	}
	scan_python(text.data ? text.data : "", text.len, &(struct scan_options){0}, &f);
	printf("F\t%s\n", path);
	for (size_t i = 0; i < f.n; i++)
		dump_fact(&f, &f.list[i]);
	if (f.invalid)
		printf("!\t%u\t%s\n", f.invalid_line, f.invalid);
	facts_free(&f);
	return 0;
}

int main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int failed = 0;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		failed |= dump(line);
	}
	free(line);
	return failed;
}
