/* strip - the ELF files of a layer, stripped as they are written (--strip).
 *
 * Each file is looked at once beforehand, in parallel: its size and hash are needed for RECORD,
 * which may stand in front of it. Of large files only one is in memory at a time.
 */
#pragma once

#include "base/error.h"
#include "layer/elfstrip.h"
#include "layer/member.h"
#include "layer/record.h"

struct strip_file {
	char *name; /* the member's */
	uint64_t before, after;
	enum strip_reason reason;
};

struct strip_report {
	struct strip_file *list; /* ELF files, in order of their names */
	size_t n;
	uint64_t before, after; /* all of them */
	uint64_t by_reason[STRIP_REASONS];
};

int strip_apply(struct members *m, unsigned jobs, struct record_log *log, struct strip_report *ret,
		struct error *e);
void strip_report_free(struct strip_report *r);
