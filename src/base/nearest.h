/* nearest - the word that was probably meant, for messages. */
#pragma once

#include <stddef.h>

/* Edit distance (insert, delete, replace one byte). Work is at most |a| × max: as soon as it is
 * known to be over `max` the answer is SIZE_MAX. */
size_t edit_distance(const char *a, const char *b, size_t max);

/* The candidate nearest to `word`, or NULL when none is near. */
const char *nearest_word(const char *word, const char *const *candidates, size_t n);
