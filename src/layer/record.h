/* record - RECORD files of a layer after its content changed.
 *
 * The plan's RECORD lists what is kept, with the hashes and sizes that pip wrote. Where the writer
 * changes, adds, renames or leaves out a member, the lines follow: a changed file gets its new
 * hash and size, bytecode has neither (as pip writes it; both fields may be empty), what is not
 * there has no line. Source: packaging.python.org, "Recording installed projects".
 */
#pragma once

#include "base/buf.h"
#include "base/strmap.h"
#include "layer/member.h"

enum record_kind {
	RECORD_GONE,    /* no such member any more */
	RECORD_RENAMED, /* now `name`, without hash and size */
	RECORD_CHANGED, /* now with `fields` */
	RECORD_ADDED,   /* behind this one comes `name`, without hash and size */
};

struct record_change {
	enum record_kind kind;
	char *name;      /* of a member */
	char *fields;    /* "sha256=…,SIZE" */
	const char *why; /* RECORD_GONE, RECORD_RENAMED: a sentence, static */
	size_t next;     /* another change of the same member: index, or SIZE_MAX */
};

/* What happened to members, by their names before. */
struct record_log {
	struct record_change *list;
	size_t n, cap;
	struct strmap by_name;
};

#define CLEANUP_RECORD_LOG __attribute__((cleanup(record_log_free)))

void record_gone(struct record_log *log, const char *member, const char *why);
void record_renamed(struct record_log *log, const char *member, const char *name, const char *why);
void record_added(struct record_log *log, const char *behind, const char *name);
void record_changed(struct record_log *log, const char *member, const unsigned char sha256[32],
		    uint64_t size);
/* Rewrites every *.dist-info/RECORD among the members that is in memory. */
void record_apply(const struct record_log *log, struct members *m);
/* Why there is no such member any more, or NULL. */
const char *record_why_gone(const struct record_log *log, const char *member);
void record_log_free(struct record_log *log);

/* The lines of two RECORDs of one distribution, in the order of `all`: where `now` has a line for
 * the same file that one counts, and lines that `now` alone has stay behind their predecessor. */
void record_unite(const char *now, size_t now_len, const char *all, size_t all_len,
		  struct buf *out);
