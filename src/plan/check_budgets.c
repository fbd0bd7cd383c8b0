/* check_budgets - limits of the platform and budgets of one's own. */
#include "plan/check.h"

#include "base/mem.h"

#include <inttypes.h>
#include <string.h>

/* AWS Lambda's quotas: function and all layers unzipped; a direct upload. */
#define LAMBDA_UNZIPPED UINT64_C(262144000)
#define LAMBDA_ZIPPED   UINT64_C(52428800)
#define ROOM_DEFAULT    UINT64_C(10000000)

static void check_lambda(struct check *c)
{
	const struct figures *now = c->in->now;
	uint64_t room = ROOM_DEFAULT;
	CLEANUP_FREE char *have = bytes_text(now->total.bytes), *zip = NULL, *spare = NULL;

	settings_size(c->in->settings, "budget room", &room);
	spare = bytes_text(room);
	zip = bytes_text(now->archive_bytes);
	if (now->total.bytes > LAMBDA_UNZIPPED || LAMBDA_UNZIPPED - now->total.bytes < room)
		findings_add(c->found, CHECK_LIMIT_UNZIPPED, NULL, NULL,
			     "%s unzipped and %s for the function are more than the %" PRIu64
			     " bytes that Lambda allows.",
			     have, spare, LAMBDA_UNZIPPED);
	if (now->archive_bytes > LAMBDA_ZIPPED)
		findings_add(c->found, CHECK_LIMIT_ZIPPED, NULL, NULL,
			     "%s zipped are more than the %" PRIu64
			     " bytes that Lambda takes in a direct upload.",
			     zip, LAMBDA_ZIPPED);
}

static void check_size(struct check *c, enum check_id id, const char *key, uint64_t bytes,
		       const char *subject, const char *what)
{
	uint64_t budget;
	CLEANUP_FREE char *have = NULL;

	if (!settings_size(c->in->settings, key, &budget) || bytes <= budget)
		return;
	have = bytes_text(bytes);
	findings_add(c->found, id, NULL, subject,
		     "%s%s%s is over the budget of %s by %" PRIu64 " bytes (%s).",
		     subject ? subject : "The layer", subject ? "" : ", ", subject ? "" : what,
		     settings_value(c->in->settings, key), bytes - budget, have);
}

static void check_packages(struct check *c)
{
	static const char prefix[] = "budget package:";
	const struct settings *s = c->in->settings;

	for (size_t i = 0; i < s->n; i++) {
		const char *name = s->list[i].key + strlen(prefix);
		const struct package_figures *p;

		if (strncmp(s->list[i].key, prefix, strlen(prefix)) != 0)
			continue;
		p = figures_package(c->in->now, name);
		if (p)
			check_size(c, CHECK_BUDGET_PACKAGE, s->list[i].key, p->amount.bytes, name,
				   "");
	}
}

static void check_files_budget(struct check *c)
{
	uint64_t budget, files = c->in->now->total.files;

	if (settings_size(c->in->settings, "budget files", &budget) && files > budget)
		findings_add(c->found, CHECK_BUDGET_FILES, NULL, NULL,
			     "%" PRIu64 " files are over the budget of %" PRIu64 ".", files,
			     budget);
}

void check_budgets(struct check *c)
{
	if (settings_value(c->in->settings, "limits"))
		check_lambda(c);
	check_size(c, CHECK_BUDGET_TOTAL, "budget total", c->in->now->total.bytes, NULL,
		   "unzipped,");
	check_size(c, CHECK_BUDGET_ZIPPED, "budget zipped", c->in->now->archive_bytes, NULL,
		   "zipped,");
	check_files_budget(c);
	check_packages(c);
}
