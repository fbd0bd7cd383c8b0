/* json - JSON documents, over cJSON (this is its only room).
 *
 * Input is hostile: at most JSON_DEPTH_MAX levels, no NUL inside a string (cJSON would cut the
 * string there), and an error names line and column. A struct json is a node; the root owns the
 * whole document and is freed with json_free. Strings returned point into the document.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64

struct json;

#define CLEANUP_JSON __attribute__((cleanup(json_cleanup)))

/* NULL and *e set (EINVAL) when the text is not one JSON document. */
struct json *json_parse(const char *text, size_t len, struct error *e);
void json_free(struct json *j);
void json_cleanup(struct json **j);

/* Reading. All accept NULL and nodes of another type, and then return NULL or false. */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *array);
const struct json *json_next(const struct json *element);
/* The first member of an object (go on with json_next), and the name of a member. */
const struct json *json_members(const struct json *object);
const char *json_name(const struct json *member);
bool json_is_array(const struct json *j);
bool json_is_object(const struct json *j);
const char *json_string(const struct json *j);
bool json_bool(const struct json *j, bool *ret);
/* A whole number, or a string of decimal digits (numbers above 2^53 are written so). */
bool json_int(const struct json *j, int64_t *ret);

/* Building. The parent owns what is added. Numbers beyond ±2^53 are written as strings. */
struct json *json_object(void);
struct json *json_array(void);
void json_set(struct json *object, const char *key, struct json *value);
void json_set_string(struct json *object, const char *key, const char *value);
/* The string under `key` when it is UTF-8, else base64 (RFC 4648) under `key`_b64. */
void json_set_bytes(struct json *object, const char *key, const char *value);
void json_set_int(struct json *object, const char *key, int64_t value);
void json_set_bool(struct json *object, const char *key, bool value);
void json_append(struct json *array, struct json *value);
void json_append_string(struct json *array, const char *value);
/* A string when the bytes are UTF-8, else an object {"b64": "…"}. */
void json_append_bytes(struct json *array, const char *value);
/* Appends the node to `out` on one line. */
void json_print(const struct json *j, struct buf *out);
/* Appends `"key":value`, as json_set_bytes and json_set_int would have it: for long lists, in which
 * most elements need no node of their own. */
void json_print_bytes(const char *key, const char *value, struct buf *out);
void json_print_int(const char *key, int64_t value, struct buf *out);
/* The same over several lines, for people. */
void json_print_pretty(const struct json *j, struct buf *out);

/* The bytes under `key` or, decoded, under `key`_b64; NULL when absent, malformed or with a NUL
 * inside. The caller frees. */
char *json_get_bytes(const struct json *object, const char *key);
/* The same for an element made by json_append_bytes. */
char *json_bytes(const struct json *element);
