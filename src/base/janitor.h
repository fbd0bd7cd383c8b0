/* janitor - removes a temporary file or tree when this process dies before it is done with it.
 *
 * SIGKILL leaves no time to tidy up. So a child waits, with nothing open but a pipe: when that
 * ends without the word that all is done, it removes the path and what is below it. It has a
 * session of its own, so that what is sent to the foreground group does not reach it, and is
 * nobody's child, so that nobody waits for it by mistake.
 */
#pragma once

struct janitor;

/* NULL when there can be none (no more processes): then nothing tidies up after a SIGKILL. */
struct janitor *janitor_start(const char *path);
/* The path is in its place, or gone: the janitor leaves. NULL is fine. */
void janitor_dismiss(struct janitor *j);
/* Removes a tree; what is not there is fine. Symlinks are not followed. */
void remove_tree(const char *path);
