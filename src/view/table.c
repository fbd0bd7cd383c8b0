#include "view/table.h"

#include "base/mem.h"
#include "view/escape.h"

#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <locale.h>
#include <unistd.h>

struct table {
	struct libscols_table *scols; /* NULL: out of memory, nothing is shown */
	size_t n;
};

struct table *table_new(const char *const *columns, size_t n)
{
	struct table *t = xmalloc(sizeof(*t));

	*t = (struct table){scols_new_table(), n};
	if (t->scols)
		scols_table_enable_noencoding(t->scols, 1);
	for (size_t i = 0; t->scols && i < n; i++)
		scols_table_new_column(t->scols, columns[i] + (columns[i][0] == '<'), 0,
				       !i                     ? SCOLS_FL_WRAP
				       : columns[i][0] != '<' ? SCOLS_FL_RIGHT
							      : 0);
	return t;
}

void table_add(struct table *t, char **cells)
{
	struct libscols_line *line = t->scols ? scols_table_new_line(t->scols, NULL) : NULL;

	for (size_t i = 0; i < t->n; i++) {
		char *text = cells[i] ? escape_text(cells[i]) : NULL;

		free(cells[i]);
		if (!line || scols_line_refer_data(line, i, text) < 0)
			free(text);
	}
}

/* Cells are UTF-8 whatever the locale is, as all of our output: libsmartcols counts the columns that
 * they take by the locale. */
static void print_utf8(struct libscols_table *scols)
{
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;

	scols_print_table(scols);
	if (!utf8)
		return;
	uselocale(before);
	freelocale(utf8);
}

void table_print(struct table *t, FILE *out)
{
	if (t->scols) {
		scols_table_set_stream(t->scols, out);
		/* By itself it looks at standard output, whatever the stream is. */
		scols_table_set_termforce(t->scols, isatty(fileno(out)) ? SCOLS_TERMFORCE_AUTO
									: SCOLS_TERMFORCE_NEVER);
		print_utf8(t->scols);
		scols_unref_table(t->scols);
		fputc('\n', out);
	}
	free(t);
}

char *table_mb(uint64_t bytes)
{
	return xasprintf("%.1f", (double)bytes / 1e6);
}

char *table_count(uint64_t n)
{
	return xasprintf("%" PRIu64, n);
}

char *table_percent(uint64_t part, uint64_t whole)
{
	return xasprintf("%.0f %%", whole ? 100.0 * (double)part / (double)whole : 0.0);
}
