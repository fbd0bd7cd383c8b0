/* check_baseline - growth, packages and native libraries against the committed baseline. */
#include "plan/check.h"

#include "base/mem.h"

#include <inttypes.h>
#include <string.h>

static void check_growth(struct check *c, enum check_id id, uint64_t old, uint64_t now,
			 const char *what)
{
	uint64_t percent = 0; /* in hundredths */
	CLEANUP_FREE char *more = NULL;

	settings_size(c->in->settings, "budget growth", &percent);
	if (now <= old || (double)now <= (double)old * (1 + (double)percent / 1e4))
		return;
	more = bytes_text(now - old);
	findings_add(c->found, id, NULL, NULL,
		     "The layer has grown by %s %s: from %" PRIu64 " to %" PRIu64
		     " bytes (%+.1f %%, allowed are %.2f %%).",
		     more, what, old, now,
		     old ? 100.0 * ((double)now - (double)old) / (double)old : 100.0,
		     (double)percent / 100);
}

static void report_package(struct check *c, const struct change *p)
{
	CLEANUP_FREE char *old = bytes_text(p->old.bytes), *now = bytes_text(p->now.bytes);

	if (!p->old_version)
		findings_add(c->found, CHECK_PACKAGE_ADDED, NULL, p->name,
			     "%s%s%s is new: %" PRIu64 " file%s, %s.", p->name,
			     p->new_version[0] ? " " : "", p->new_version, p->now.files,
			     p->now.files == 1 ? "" : "s", now);
	else if (!p->new_version)
		findings_add(c->found, CHECK_PACKAGE_REMOVED, NULL, p->name,
			     "%s%s%s is gone: it had %" PRIu64 " file%s, %s.", p->name,
			     p->old_version[0] ? " " : "", p->old_version, p->old.files,
			     p->old.files == 1 ? "" : "s", old);
	else if (strcmp(p->old_version, p->new_version) != 0)
		findings_add(c->found, CHECK_PACKAGE_CHANGED, NULL, p->name,
			     "%s %s is %s now: %s, it had %s.", p->name, p->old_version,
			     p->new_version[0] ? p->new_version : "without a version", now, old);
	else if (p->old.files != p->now.files || p->old.bytes != p->now.bytes)
		findings_add(c->found, CHECK_PACKAGE_CHANGED, NULL, p->name,
			     "%s has %" PRIu64 " files of %" PRIu64 " bytes, it had %" PRIu64
			     " of %" PRIu64 ".",
			     p->name, p->now.files, p->now.bytes, p->old.files, p->old.bytes);
}

/* A package that is new or gone has been reported as a whole. */
static bool package_in_both(const struct check *c, const char *name)
{
	return figures_package(c->in->now, name) && figures_package(c->in->baseline, name);
}

static void report_library(struct check *c, const struct change *l)
{
	const struct library_figures *one = l->new_version
						    ? figures_library(c->in->now, l->name)
						    : figures_library(c->in->baseline, l->name);

	if (!l->old_version || !l->new_version) {
		if (package_in_both(c, one->package))
			findings_add(c->found,
				     l->new_version ? CHECK_LIBRARY_ADDED : CHECK_LIBRARY_REMOVED,
				     l->name, one->package, "The native library %s of %s is %s.",
				     l->name, one->package, l->new_version ? "new" : "gone");
		return;
	}
	if (strcmp(l->old_version, l->new_version) != 0)
		findings_add(c->found, CHECK_SONAME_CHANGED, l->name, one->package,
			     "The soname of %s is '%s' now, it was '%s'.", l->name, l->new_version,
			     l->old_version);
}

void check_baseline(struct check *c)
{
	const struct figures *old = c->in->baseline, *now = c->in->now;
	CLEANUP_COMPARISON struct comparison diff = {0};

	if (!old)
		return;
	check_growth(c, CHECK_TOTAL_GREW, old->total.bytes, now->total.bytes, "unzipped");
	if (old->zipped_known && now->zipped_known)
		check_growth(c, CHECK_ZIPPED_GREW, old->total.zipped, now->total.zipped, "zipped");
	figures_compare(old, now, &diff);
	for (size_t i = 0; i < diff.packages.n; i++)
		report_package(c, &diff.packages.list[i]);
	for (size_t i = 0; i < diff.libraries.n; i++)
		report_library(c, &diff.libraries.list[i]);
}
