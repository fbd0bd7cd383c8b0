/* page - the report as one HTML file that needs nothing else.
 *
 * The template (share/importtrace/report.html with its style, script and d3-hierarchy) is put
 * together at build time; only the document is added here. */
#include "view/report.h"

#include "base/embed.h"
#include "base/mem.h"

#include <string.h>

EMBED(report_page, "report.html");

#define DATA_MARK "@DATA@"

/* Inside a script element only "<" can end the element or open a comment (HTML 13.2.5.4). */
static void add_script_text(struct buf *out, const struct buf *text)
{
	const char *p = text->data, *end = text->data + text->len;

	for (const char *lt; (lt = memchr(p, '<', (size_t)(end - p))); p = lt + 1) {
		buf_add(out, p, (size_t)(lt - p));
		buf_addstr(out, "\\u003c");
	}
	buf_add(out, p, (size_t)(end - p));
}

void report_html(const struct report *r, struct buf *out)
{
	CLEANUP_BUF struct buf document = {0};
	const char *mark = strstr(report_page, DATA_MARK);

	report_json(r, &document);
	buf_add(out, report_page, (size_t)(mark - report_page));
	add_script_text(out, &document);
	buf_addstr(out, mark + strlen(DATA_MARK));
}
