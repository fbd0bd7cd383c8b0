/* error - what went wrong, told once by the command that was asked.
 *
 * Library code fills an error and returns -errno; each caller on the way up may put context in
 * front of the message. Only commands print. A message says what was attempted, on which path,
 * why it failed and, where there is one, what to do next.
 *
 * Invariant: a function that returns 0 has left the error untouched; one that returns a negative
 * number has set it. The caller owns the error and clears it (or lets CLEANUP_ERROR do so).
 */
#pragma once

struct error {
	int code;  /* errno value, > 0 when set */
	char *msg; /* heap, NULL when not set */
};

#define CLEANUP_ERROR __attribute__((cleanup(error_clear)))

/* Sets the message; returns -code, so that `return error_set(e, EINVAL, …)` reads well. */
int error_set(struct error *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with ": <strerror(code)>" behind the message. */
int error_errno(struct error *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the message; returns -e->code. */
int error_add(struct error *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

const char *error_text(const struct error *e);
void error_clear(struct error *e);
