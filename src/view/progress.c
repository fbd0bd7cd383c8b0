#include "view/show.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_NS    INT64_C(1000000000) /* quick work shows nothing */
#define INTERVAL_NS INT64_C(100000000)
#define BAR_MAX     40

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

void progress_start(struct progress *p, const char *what)
{
	*p = (struct progress){.what = what, .start_ns = now_ns()};
}

static int bar_width(void)
{
	struct winsize ws = {0};
	int room;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) < 0 || !ws.ws_col)
		ws.ws_col = 80;
	room = ws.ws_col - 40;
	return room > BAR_MAX ? BAR_MAX : room > 0 ? room : 0;
}

void progress_update(void *progress, uint64_t done, uint64_t total)
{
	struct progress *p = progress;
	int64_t now = now_ns();
	int width = bar_width(), full;

	if (!total || now - p->start_ns < FIRST_NS || now - p->last_ns < INTERVAL_NS ||
	    !isatty(STDERR_FILENO))
		return;
	p->last_ns = now;
	p->shown = true;
	full = (int)(done * (uint64_t)width / total);
	fprintf(stderr, "\r%s [%.*s%*s] %3d %%", p->what, full,
		"########################################", width - full, "",
		(int)(done * 100 / total));
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
