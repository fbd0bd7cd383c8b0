#include "base/error.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void error_replace(struct error *e, int code, char *msg)
{
	free(e->msg);
	e->code = code;
	e->msg = msg;
}

int error_set(struct error *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_replace(e, code, xvasprintf(fmt, ap));
	va_end(ap);
	return -code;
}

int error_errno(struct error *e, int code, const char *fmt, ...)
{
	CLEANUP_FREE char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	error_replace(e, code, xasprintf("%s: %s", what, strerror(code)));
	return -code;
}

int error_add(struct error *e, const char *fmt, ...)
{
	CLEANUP_FREE char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	error_replace(e, e->code, xasprintf("%s: %s", what, error_text(e)));
	return -e->code;
}

const char *error_text(const struct error *e)
{
	return e->msg ? e->msg : "unknown error";
}

void error_clear(struct error *e)
{
	error_replace(e, 0, NULL);
}
