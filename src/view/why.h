/* why - reasons as sentences, for people: what `explain`, the manifest and the list of removed
 * files say.
 */
#pragma once

#include "base/buf.h"
#include "plan/plan.h"

/* "import", "rule:certifi", "user:12". */
void why_name(const struct cause *c, struct buf *out);
/* One reason of a kept entry: "alpha/core.py:12 imports it". */
void why_kept(const struct plan *p, size_t root, size_t i, const struct cause *c, struct buf *out);
/* Why an entry is removed: "no run touched it …", "cannot be imported here: line 3 imports …". */
void why_removed(const struct plan *p, size_t root, size_t i, struct buf *out);
/* The same of what the closure left out although something asks for it; false: that is not so. */
bool why_left(const struct plan *p, size_t root, size_t i, struct buf *out);
/* The rule behind a reason `rule` or `user`, or NULL, and the file that it stands in. */
const struct rule *why_rule(const struct plan *p, const struct cause *c);
const char *why_rules_file(const struct plan *p, const struct cause *c);
/* The rule that would keep (or drop) exactly this path: "/alpha/a\*.py". */
void why_pattern(const char *path, struct buf *out);
