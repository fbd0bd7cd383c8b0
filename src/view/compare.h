/* compare - two layers side by side: tables for people, JSON, and Markdown for a pull request. */
#pragma once

#include "base/buf.h"
#include "plan/figures.h"

#include <stdio.h>

struct compare_report {
	const char *old_name, *new_name; /* as they were given */
	const struct comparison *diff;
};

/* `top`: rows of each table at most; the rest is one row. */
void compare_show_text(const struct compare_report *r, size_t top, FILE *out);
void compare_show_json(const struct compare_report *r, FILE *out);
void compare_show_markdown(const struct compare_report *r, size_t top, FILE *out);

/* --- Markdown, shared with check -------------------------------------------------------------- */

/* Totals before and after. */
void markdown_totals(const struct figures *old, const struct figures *now, FILE *out);
/* Folded tables of what is new, gone, grew and shrank, with the reason of each. */
void markdown_changes(const struct comparison *diff, size_t top, FILE *out);
/* A text of at most 200 bytes as the content of a table's cell. The caller frees. */
char *markdown_cell(const char *text);
/* "+1.2 MB", "-300 bytes". The caller frees. */
char *signed_bytes(uint64_t old, uint64_t now);
/* Why a package changed: its versions, or how many files came and went. The caller frees. */
char *change_reason(const struct change *c);
