/* table - tables for terminals, by libsmartcols (this is its only room).
 *
 * The first column is text and flows left, the others are figures and flow right. On a terminal
 * the table fits its width, by going on in the next line; in a pipe nothing is cut. Cells are taken over (freed by the table); they
 * may be hostile text, and are shown as escape_text has them, UTF-8 in every locale.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct table;

/* A title that begins with '<' (which is not shown) is that of another column of text. */
struct table *table_new(const char *const *columns, size_t n);
/* A row of as many cells as there are columns. */
void table_add(struct table *t, char **cells);
/* Prints the table and an empty line, and frees it. */
void table_print(struct table *t, FILE *out);

/* "12.3": 10^6 bytes are a MB throughout, as in Lambda's and pip's own figures. */
char *table_mb(uint64_t bytes);
/* "1234" */
char *table_count(uint64_t n);
/* "45 %"; of nothing: "0 %" */
char *table_percent(uint64_t part, uint64_t whole);
