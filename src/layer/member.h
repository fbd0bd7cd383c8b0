/* member - what a layer is made of: the writers' input.
 *
 * Names are paths inside the layer, without leading or trailing '/'. A list of members is sorted
 * bytewise by name without duplicates. Content comes from a file of the inventory, or from memory
 * when `data` is set (rewritten metadata, a symlink's target), and may be transformed on its way out: by the
 * writer's threads, so that a changed file needs memory only while it is written. The list owns
 * everything (members_free).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum member_kind { MEMBER_FILE, MEMBER_DIR, MEMBER_LINK };

struct buf;
struct entry;
struct error;
struct inventory_root;
struct member;

/* Turns the content that was read (empty when the member has neither entry nor data) into what the
 * layer holds. Called by several threads, for one member perhaps more than once: it must depend
 * on content alone. Returns 0 or a negative number with *e set. */
typedef int member_transform(const struct member *m, struct buf *content, struct error *e);

struct member {
	char *name;
	enum member_kind kind;
	uint32_t mode;    /* 0644, 0755, or 0777 for links */
	uint64_t size;    /* bytes of content when it was decided: another size now is an error */
	int64_t mtime_ns; /* of the source file, for what depends on it (bytecode) */
	/* The source file, which may be a zip's (member_source); NULL for a directory and where
	 * data is set from the beginning. */
	const struct inventory_root *root;
	const struct entry *entry;
	char *data;
	size_t data_len;
	member_transform *transform; /* NULL: as it is */
	/* For the transformation: another file that it reads (the source of bytecode), and a value
	 * that is not owned. */
	struct member *aux;
	const void *arg;
	uint64_t at;   /* an offset in *arg */
	uint64_t made; /* bytes after the transformation, where it changes their number; else 0 */
};

/* The source file's path, or the member's name where it has none: for messages. The caller frees. */
char *member_path(const struct member *m);
/* EAGAIN: the source is not what was decided on any more. */
int member_changed(const struct member *m, struct error *e);
/* Bytes of content in the layer. */
uint64_t member_bytes(const struct member *m);

/* A copy of where a member's content comes from, without its transformation; for `aux`. */
struct member *member_origin(const struct member *m);
/* The same for a member that is there. */
void member_set_origin(struct member *m, const struct member *from);

struct members {
	struct member *list;
	size_t n, cap;
};

#define CLEANUP_MEMBERS __attribute__((cleanup(members_free)))

/* Appends a zeroed member with this name (taken). */
struct member *members_add(struct members *m, char *name, enum member_kind kind, uint32_t mode);
/* Appends a member of another list, which keeps an empty one in its place. */
void members_move(struct members *to, struct member *from);
/* Makes a file of the inventory (which must outlive the member) the source of its content. */
void member_source(struct member *m, const struct inventory_root *root, const struct entry *ent);
void members_sort(struct members *m);
/* In a sorted list: the member with the key's name, or NULL. */
struct member *members_find(const struct members *m, const struct member *key);
/* Drops the second of two sorted neighbours with one name. */
void members_unique(struct members *m);
/* EEXIST when something of a sorted list lies below a file or link: written into a directory it
 * would follow that link, perhaps out of it. */
int members_check_parents(const struct members *m, struct error *e);
void members_free(struct members *m);

/* What the layer holds of a file or link member; an error names the path when it is not what was
 * decided on any more. */
int member_read(const struct member *m, struct buf *ret, struct error *e);
/* The first `n` bytes, or less when there are less, of what a member is made from. */
int member_peek(const struct member *m, size_t n, struct buf *ret, struct error *e);

/* Told while a layer is written: bytes of content done and in all. */
struct layer_progress {
	void (*update)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};
