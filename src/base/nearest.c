#include "base/nearest.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Levenshtein's table, one row at a time, and of each row only the cells within `max` of the
 * diagonal: the others cannot be part of a short enough way. */
size_t edit_distance(const char *a, const char *b, size_t max)
{
	size_t len_a = strlen(a), len_b = strlen(b);
	CLEANUP_FREE size_t *row = NULL;

	if (len_a > len_b ? len_a - len_b > max : len_b - len_a > max)
		return SIZE_MAX;
	row = xcalloc(len_b + 1, sizeof(*row));
	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;
	for (size_t i = 1; i <= len_a; i++) {
		size_t from = i > max ? i - max : 1, to = i + max < len_b ? i + max : len_b;
		size_t diagonal = row[from - 1], best;

		row[from - 1] = best = from == 1 ? i : SIZE_MAX / 2;
		for (size_t j = from; j <= to; j++) {
			size_t above = j == i + max ? SIZE_MAX / 2 : row[j];

			diagonal += a[i - 1] != b[j - 1];
			diagonal = min3(above + 1, row[j - 1] + 1, diagonal);
			above = row[j];
			row[j] = diagonal;
			diagonal = above;
			best = row[j] < best ? row[j] : best;
		}
		if (best > max)
			return SIZE_MAX;
	}
	return row[len_b] <= max ? row[len_b] : SIZE_MAX;
}

const char *nearest_word(const char *word, const char *const *candidates, size_t n)
{
	size_t best = strlen(word) / 2 + 1;
	const char *found = NULL;

	for (size_t i = 0; i < n && best; i++) {
		size_t d = edit_distance(word, candidates[i], best - 1);

		if (d < best) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
