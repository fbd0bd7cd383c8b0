#include "base/json.h"

#include "base/mem.h"
#include "base/path.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <openssl/evp.h>
#include <string.h>

#define EXACT_MAX (INT64_C(1) << 53)

static cJSON *node(const struct json *j)
{
	return (cJSON *)(uintptr_t)j;
}

static struct json *wrap(cJSON *c)
{
	return (struct json *)c;
}

static int bad_json(struct error *e, const char *text, const char *at, const char *what)
{
	size_t line = 1, column = 1;

	for (const char *p = text; p < at; p++) {
		column = *p == '\n' ? 1 : column + 1;
		line += *p == '\n';
	}
	return error_set(e, EINVAL, "line %zu, column %zu: %s", line, column, what);
}

/* Skips a string; returns its closing quote, or NULL and sets *e. */
static const char *scan_string(const char *text, const char *p, const char *end, struct error *e)
{
	for (p++; p < end && *p != '"'; p++) {
		if (*p != '\\')
			continue;
		if (end - p > 5 && memcmp(p, "\\u0000", 6) == 0) {
			bad_json(e, text, p, "a NUL character inside a string");
			return NULL;
		}
		p++;
	}
	if (p < end)
		return p;
	bad_json(e, text, end, "the text ends inside a string");
	return NULL;
}

/* Checks what cJSON does not: depth, NULs, and text that simply ends. */
static int check_text(const char *text, size_t len, struct error *e)
{
	const char *end = text + len;
	int depth = 0;

	for (const char *p = text; p < end; p++) {
		if (*p == '"') {
			p = scan_string(text, p, end, e);
			if (!p)
				return -EINVAL;
		} else if (*p == '{' || *p == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return bad_json(e, text, p, "nested too deeply");
		} else if (*p == '}' || *p == ']') {
			depth--;
		} else if (*p == '\0') {
			return bad_json(e, text, p, "a NUL byte");
		}
	}
	if (depth > 0)
		return bad_json(e, text, end, "the document is cut short");
	return 0;
}

struct json *json_parse(const char *text, size_t len, struct error *e)
{
	const char *end = NULL;
	cJSON *c;

	if (check_text(text, len, e) < 0)
		return NULL;
	c = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	if (!c) {
		bad_json(e, text, end ? end : text, "not JSON");
		return NULL;
	}
	while (end < text + len && strchr(" \t\r\n", *end))
		end++;
	if (end < text + len) {
		cJSON_Delete(c);
		bad_json(e, text, end, "something follows the document");
		return NULL;
	}
	return wrap(c);
}

void json_free(struct json *j)
{
	cJSON_Delete(node(j));
}

void json_cleanup(struct json **j)
{
	json_free(*j);
}

const struct json *json_get(const struct json *object, const char *key)
{
	return wrap(cJSON_GetObjectItemCaseSensitive(node(object), key));
}

const struct json *json_first(const struct json *array)
{
	return json_is_array(array) ? wrap(node(array)->child) : NULL;
}

const struct json *json_next(const struct json *element)
{
	return wrap(node(element)->next);
}

const struct json *json_members(const struct json *object)
{
	return json_is_object(object) ? wrap(node(object)->child) : NULL;
}

const char *json_name(const struct json *member)
{
	return node(member)->string;
}

bool json_is_array(const struct json *j)
{
	return cJSON_IsArray(node(j));
}

bool json_is_object(const struct json *j)
{
	return cJSON_IsObject(node(j));
}

const char *json_string(const struct json *j)
{
	return cJSON_GetStringValue(node(j));
}

bool json_bool(const struct json *j, bool *ret)
{
	if (!cJSON_IsBool(node(j)))
		return false;
	*ret = cJSON_IsTrue(node(j));
	return true;
}

static bool parse_digits(const char *s, int64_t *ret)
{
	char *end = NULL;
	long long v;

	if (!s[0] || s[strspn(s, "-0123456789")])
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno || *end)
		return false;
	*ret = v;
	return true;
}

bool json_int(const struct json *j, int64_t *ret)
{
	const char *s = json_string(j);
	double d;

	if (s || cJSON_IsRaw(node(j)))
		return parse_digits(s ? s : node(j)->valuestring, ret);
	if (!cJSON_IsNumber(node(j)))
		return false;
	d = cJSON_GetNumberValue(node(j));
	if (!(fabs(d) <= (double)EXACT_MAX) || d != floor(d))
		return false;
	*ret = (int64_t)d;
	return true;
}

static cJSON *made(cJSON *c)
{
	if (!c)
		xreallocarray(NULL, (size_t)-1, 2); /* out of memory: ends the program */
	return c;
}

struct json *json_object(void)
{
	return wrap(made(cJSON_CreateObject()));
}

struct json *json_array(void)
{
	return wrap(made(cJSON_CreateArray()));
}

void json_set(struct json *object, const char *key, struct json *value)
{
	cJSON_AddItemToObject(node(object), key, node(value));
}

void json_set_string(struct json *object, const char *key, const char *value)
{
	json_set(object, key, wrap(made(cJSON_CreateString(value))));
}

static void json_set_base64(struct json *object, const char *key, const char *value)
{
	size_t n = strlen(value);
	CLEANUP_FREE char *text = xcalloc(4 * ((n + 2) / 3) + 1, 1);

	EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)value, (int)n);
	json_set_string(object, key, text);
}

void json_set_bytes(struct json *object, const char *key, const char *value)
{
	CLEANUP_FREE char *key_b64 = NULL;

	if (utf8_valid(value, strlen(value))) {
		json_set_string(object, key, value);
		return;
	}
	key_b64 = xasprintf("%s_b64", key);
	json_set_base64(object, key_b64, value);
}

static bool is_exact(int64_t value)
{
	return value >= -EXACT_MAX && value <= EXACT_MAX;
}

void json_set_int(struct json *object, const char *key, int64_t value)
{
	CLEANUP_FREE char *digits = xasprintf("%" PRId64, value);

	if (is_exact(value)) /* cJSON prints a number as a double, and reads it again to see */
		json_set(object, key, wrap(made(cJSON_CreateRaw(digits))));
	else
		json_set_string(object, key, digits);
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	json_set(object, key, wrap(made(cJSON_CreateBool(value))));
}

void json_append(struct json *array, struct json *value)
{
	cJSON_AddItemToArray(node(array), node(value));
}

void json_append_string(struct json *array, const char *value)
{
	json_append(array, wrap(made(cJSON_CreateString(value))));
}

void json_append_bytes(struct json *array, const char *value)
{
	struct json *object;

	if (utf8_valid(value, strlen(value))) {
		json_append_string(array, value);
		return;
	}
	object = json_object();
	json_set_base64(object, "b64", value);
	json_append(array, object);
}

static void add_printed(struct buf *out, char *text)
{
	made((cJSON *)text);
	buf_addstr(out, text);
	cJSON_free(text);
}

void json_print(const struct json *j, struct buf *out)
{
	add_printed(out, cJSON_PrintUnformatted(node(j)));
}

void json_print_pretty(const struct json *j, struct buf *out)
{
	add_printed(out, cJSON_Print(node(j)));
}

/* Whether a string stands in JSON as it is. */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < ' ' || *s > '~' || *s == '"' || *s == '\\')
			return false;
	return true;
}

void json_print_bytes(const char *key, const char *value, struct buf *out)
{
	CLEANUP_JSON struct json *object = NULL;
	size_t start = out->len;

	if (is_plain(value)) {
		const char *const pieces[] = {"\"", key, "\":\"", value, "\""};

		for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
			buf_addstr(out, pieces[i]);
		return;
	}
	object = json_object();
	json_set_bytes(object, key, value);
	json_print(object, out);
	memmove(out->data + start, out->data + start + 1, out->len - start - 1); /* the braces */
	buf_truncate(out, out->len - 2);
}

void json_print_int(const char *key, int64_t value, struct buf *out)
{
	char digits[20], *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	buf_addch(out, '"');
	buf_addstr(out, key);
	buf_addstr(out, is_exact(value) ? "\":" : "\":\"");
	if (value < 0)
		buf_addch(out, '-');
	buf_add(out, p, (size_t)(digits + sizeof(digits) - p));
	if (!is_exact(value))
		buf_addch(out, '"');
}

/* Length of the decoded bytes without the padding that EVP_DecodeBlock counts in; 0 on error. */
static size_t decode_base64(const char *text, unsigned char *out)
{
	size_t n = strlen(text);
	int len = n % 4 ? -1 : EVP_DecodeBlock(out, (const unsigned char *)text, (int)n);

	if (len <= 0)
		return 0;
	for (size_t i = n; i > n - 2 && text[i - 1] == '='; i--)
		len--;
	return (size_t)len;
}

static char *decode_bytes(const char *text)
{
	CLEANUP_FREE char *out = NULL;
	size_t len;

	if (!text || strlen(text) > 65536)
		return NULL;
	out = xcalloc(strlen(text) + 1, 1);
	len = decode_base64(text, (unsigned char *)out);
	out[len] = '\0';
	return len && strlen(out) == len ? TAKE_PTR(out) : NULL;
}

char *json_get_bytes(const struct json *object, const char *key)
{
	CLEANUP_FREE char *key_b64 = xasprintf("%s_b64", key);
	const char *text = json_string(json_get(object, key));

	return text ? xstrdup(text) : decode_bytes(json_string(json_get(object, key_b64)));
}

char *json_bytes(const struct json *element)
{
	const char *text = json_string(element);

	return text ? xstrdup(text) : decode_bytes(json_string(json_get(element, "b64")));
}
