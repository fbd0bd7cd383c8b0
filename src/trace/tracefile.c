#include "trace/tracefile.h"

#include "base/files.h"
#include "base/json.h"
#include "base/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

const char *const trace_op_names[TRACE_OP_COUNT] = {
	"open", "map", "exec", "stat", "list", "readlink", "write",
};

static const char *const type_names[] = {"unknown", "file", "dir", "link", "other"};

/* --- freeing ---------------------------------------------------------------------------------- */

static void free_strings(char **strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(strings[i]);
	free(strings);
}

void trace_free(struct trace *t)
{
	for (size_t i = 0; i < t->n_files; i++) {
		free(t->files[i].path);
		free_strings(t->files[i].requested, t->files[i].n_requested);
	}
	for (size_t i = 0; i < t->n_misses; i++)
		free(t->misses[i].path);
	for (size_t i = 0; i < t->n_processes; i++)
		free(t->processes[i].exe);
	for (size_t i = 0; i < t->n_loss; i++)
		free(t->loss[i].name);
	free_strings(t->command, t->n_command);
	free_strings(t->reasons, t->n_reasons);
	free(t->files);
	free(t->misses);
	free(t->processes);
	free(t->loss);
	free(t->tool);
	free(t->kernel);
	free(t->arch);
	free(t->backend);
	free(t->cwd);
	*t = (struct trace){0};
}

const struct trace_file *trace_find(const struct trace *t, const char *path)
{
	size_t low = 0, high = t->n_files;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(t->files[mid].path, path);

		if (order == 0)
			return &t->files[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* --- writing ---------------------------------------------------------------------------------- */

static struct json *byte_strings(char **strings, size_t n)
{
	struct json *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_append_bytes(array, strings[i]);
	return array;
}

/* One `"key": value,` line of the head. Takes the value. */
static void add_line(struct buf *out, const char *key, struct json *value)
{
	buf_addf(out, "\"%s\": ", key);
	json_print(value, out);
	buf_addstr(out, ",\n");
	json_free(value);
}

/* The members of `object` as lines of the head. */
static void add_object_lines(struct buf *out, struct json *object)
{
	size_t start = out->len;

	json_print(object, out);
	json_free(object);
	/* "{…}" on one line → "…," : drops the braces */
	memmove(out->data + start, out->data + start + 1, out->len - start - 1);
	buf_truncate(out, out->len - 2);
	buf_addstr(out, ",\n");
}

static struct json *loss_object(const struct trace *t)
{
	struct json *loss = json_object();

	for (size_t i = 0; i < t->n_loss; i++)
		json_set_int(loss, t->loss[i].name, (int64_t)t->loss[i].count);
	return loss;
}

static void add_head(const struct trace *t, struct buf *out)
{
	struct json *about = json_object(), *end = json_object();

	json_set_string(about, "schema", TRACE_SCHEMA);
	json_set_int(about, "version", TRACE_VERSION);
	json_set_string(about, "tool", t->tool);
	json_set_string(about, "kernel", t->kernel);
	json_set_string(about, "arch", t->arch);
	json_set_string(about, "backend", t->backend);
	add_object_lines(out, about);
	buf_addf(out, "\"complete\": %s,\n", t->complete ? "true" : "false");
	add_line(out, "reasons", byte_strings(t->reasons, t->n_reasons));
	add_line(out, "loss", loss_object(t));
	add_line(out, "command", byte_strings(t->command, t->n_command));
	json_set_bytes(end, "cwd", t->cwd);
	if (t->signal)
		json_set_int(end, "signal", t->signal);
	else
		json_set_int(end, "exit_code", t->exit_code);
	json_set_int(end, "start_unix_ns", t->start_unix_ns);
	json_set_int(end, "duration_ns", t->duration_ns);
	json_set_int(end, "events", (int64_t)t->events);
	add_object_lines(out, end);
}

static struct json *process_object(const struct trace_process *p)
{
	struct json *j = json_object();

	json_set_int(j, "pid", p->pid);
	json_set_int(j, "parent", p->parent);
	if (p->exe)
		json_set_bytes(j, "exe", p->exe);
	json_set_int(j, "start_ns", p->start_ns);
	if (p->alive)
		json_set_bool(j, "alive", true);
	return j;
}

/* When it was touched first and by whom: the end of an element. */
static void add_touch(int64_t first_ns, int32_t pid, struct buf *out)
{
	buf_addch(out, ',');
	json_print_int("first_ns", first_ns, out);
	buf_addch(out, ',');
	json_print_int("pid", pid, out);
	buf_addch(out, '}');
}

static void add_miss(const struct trace_miss *m, struct buf *out)
{
	buf_addch(out, '{');
	json_print_bytes("path", m->path, out);
	add_touch(m->first_ns, m->pid, out);
}

static void add_ops(uint32_t ops, struct buf *out)
{
	const char *before = "\"";

	buf_addstr(out, ",\"ops\":[");
	for (size_t i = 0; i < TRACE_OP_COUNT; i++)
		if (ops & (1u << i)) {
			buf_addstr(out, before);
			buf_addstr(out, trace_op_names[i]);
			buf_addch(out, '"');
			before = ",\"";
		}
	buf_addch(out, ']');
}

static void add_file(const struct trace_file *f, struct buf *out)
{
	buf_addch(out, '{');
	json_print_bytes("path", f->path, out);
	add_ops(f->ops, out);
	buf_addch(out, ',');
	json_print_bytes("type", type_names[f->type], out);
	if (f->type == TRACE_TYPE_FILE) {
		buf_addch(out, ',');
		json_print_int("size", f->size, out);
	}
	if (f->created)
		buf_addstr(out, ",\"created\":true");
	if (f->n_requested) {
		CLEANUP_JSON struct json *requested = byte_strings(f->requested, f->n_requested);

		buf_addstr(out, ",\"requested\":");
		json_print(requested, out);
	}
	add_touch(f->first_ns, f->pid, out);
}

/* Each element of a list stands on a line of its own. */
static void next_line(struct buf *out, bool first)
{
	buf_addstr(out, first ? "\n" : ",\n");
}

void trace_format(const struct trace *t, struct buf *out)
{
	buf_addstr(out, "{");
	add_head(t, out);
	buf_addstr(out, "\"processes\": [");
	for (size_t i = 0; i < t->n_processes; i++) {
		CLEANUP_JSON struct json *process = process_object(&t->processes[i]);

		next_line(out, i == 0);
		json_print(process, out);
	}
	buf_addstr(out, "\n],\n\"files\": [");
	for (size_t i = 0; i < t->n_files; i++) {
		next_line(out, i == 0);
		add_file(&t->files[i], out);
	}
	buf_addstr(out, "\n],\n\"misses\": [");
	for (size_t i = 0; i < t->n_misses; i++) {
		next_line(out, i == 0);
		add_miss(&t->misses[i], out);
	}
	buf_addstr(out, "\n]\n}\n");
}

/* --- reading ---------------------------------------------------------------------------------- */

static int bad(struct error *e, const char *list, size_t i, const char *what)
{
	return error_set(e, EINVAL, "not a valid trace: %s[%zu]: %s", list, i, what);
}

/* Required members of the document. Return false and set *e when absent or of the wrong kind. */
static bool want_string(const struct json *doc, const char *key, char **ret, struct error *e)
{
	*ret = json_get_bytes(doc, key);
	if (!*ret)
		error_set(e, EINVAL, "not a valid trace: \"%s\" is missing or not a string", key);
	return *ret != NULL;
}

static bool want_int(const struct json *doc, const char *key, int64_t min, int64_t max,
		     int64_t *ret, struct error *e)
{
	if (json_int(json_get(doc, key), ret) && *ret >= min && *ret <= max)
		return true;
	error_set(e, EINVAL, "not a valid trace: \"%s\" is missing or not a number in range", key);
	return false;
}

static bool want_strings(const struct json *doc, const char *key, char ***ret, size_t *n,
			 struct error *e)
{
	const struct json *array = json_get(doc, key);
	size_t cap = 0;

	if (!json_is_array(array))
		return error_set(e, EINVAL, "not a valid trace: \"%s\" is not a list", key) == 0;
	for (const struct json *j = json_first(array); j; j = json_next(j)) {
		char *s = json_bytes(j);

		if (!s)
			return bad(e, key, *n, "not a string") == 0;
		*ret = array_grow(*ret, *n, &cap, sizeof(**ret));
		(*ret)[(*n)++] = s;
	}
	return true;
}

static int parse_identity(const struct json *doc, struct error *e)
{
	const char *schema = json_string(json_get(doc, "schema"));
	int64_t version = 0;

	if (!schema || strcmp(schema, TRACE_SCHEMA) != 0)
		return error_set(e, EINVAL,
				 "not a trace: \"schema\" is not \"" TRACE_SCHEMA
				 "\" (a trace is written by 'importtrace record')");
	if (!want_int(doc, "version", INT64_MIN, INT64_MAX, &version, e))
		return -e->code;
	if (version != TRACE_VERSION)
		return error_set(e, EPROTO,
				 "the trace has format version %" PRId64
				 ", this importtrace reads version %d: record it again with this "
				 "importtrace, or use the one that wrote it",
				 version, TRACE_VERSION);
	return 0;
}

static bool parse_loss(const struct json *doc, struct trace *t, struct error *e)
{
	const struct json *loss = json_get(doc, "loss");
	size_t cap = 0;

	if (!json_is_object(loss))
		return error_set(e, EINVAL, "not a valid trace: \"loss\" is missing") == 0;
	for (const struct json *j = json_members(loss); j; j = json_next(j)) {
		int64_t n = 0;

		if (!json_int(j, &n) || n < 0)
			return bad(e, "loss", t->n_loss, "not a count") == 0;
		t->loss = array_grow(t->loss, t->n_loss, &cap, sizeof(*t->loss));
		t->loss[t->n_loss++] =
			(struct trace_loss){.name = xstrdup(json_name(j)), .count = (uint64_t)n};
	}
	return true;
}

static bool parse_ending(const struct json *doc, struct trace *t, struct error *e)
{
	int64_t n = 0;

	if (json_get(doc, "signal")) {
		if (!want_int(doc, "signal", 1, 127, &n, e))
			return false;
		t->signal = (int)n;
		t->exit_code = -1;
		return true;
	}
	if (!want_int(doc, "exit_code", 0, 255, &n, e))
		return false;
	t->exit_code = (int)n;
	return true;
}

static bool parse_head(const struct json *doc, struct trace *t, struct error *e)
{
	int64_t events = 0;

	if (!json_bool(json_get(doc, "complete"), &t->complete))
		return error_set(e, EINVAL, "not a valid trace: \"complete\" is missing") == 0;
	if (!want_string(doc, "tool", &t->tool, e) || !want_string(doc, "kernel", &t->kernel, e) ||
	    !want_string(doc, "arch", &t->arch, e) || !want_string(doc, "cwd", &t->cwd, e) ||
	    !want_string(doc, "backend", &t->backend, e) || !parse_loss(doc, t, e) ||
	    !want_strings(doc, "reasons", &t->reasons, &t->n_reasons, e) ||
	    !want_strings(doc, "command", &t->command, &t->n_command, e) ||
	    !parse_ending(doc, t, e) ||
	    !want_int(doc, "start_unix_ns", 0, INT64_MAX, &t->start_unix_ns, e) ||
	    !want_int(doc, "duration_ns", 0, INT64_MAX, &t->duration_ns, e) ||
	    !want_int(doc, "events", 0, INT64_MAX, &events, e))
		return false;
	t->events = (uint64_t)events;
	/* A trace that counts losses and calls itself complete contradicts itself. */
	for (size_t i = 0; i < t->n_loss; i++)
		if (t->complete && t->loss[i].count)
			return error_set(e, EINVAL,
					 "not a valid trace: \"complete\" although \"%s\" is lost",
					 t->loss[i].name) == 0;
	return true;
}

/* Numbers that every element has. */
static bool parse_touch(const struct json *j, int64_t *first_ns, int32_t *pid)
{
	int64_t n = 0;

	if (!json_int(json_get(j, "first_ns"), first_ns) || *first_ns < 0 ||
	    !json_int(json_get(j, "pid"), &n) || n < 0 || n > INT32_MAX)
		return false;
	*pid = (int32_t)n;
	return true;
}

static bool clean_absolute(const char *path)
{
	if (path[0] != '/')
		return false;
	for (const char *p = path; *p; p++) {
		size_t n = strcspn(p + 1, "/");

		if (*p != '/')
			continue;
		if ((n == 0 && path[1]) || (n == 1 && p[1] == '.') ||
		    (n == 2 && p[1] == '.' && p[2] == '.'))
			return false;
	}
	return true;
}

static bool parse_ops(const struct json *array, uint32_t *ret)
{
	for (const struct json *j = json_first(array); j; j = json_next(j)) {
		const char *name = json_string(j);
		size_t i = 0;

		while (i < TRACE_OP_COUNT && name && strcmp(name, trace_op_names[i]) != 0)
			i++;
		if (!name || i == TRACE_OP_COUNT)
			return false;
		*ret |= 1u << i;
	}
	return *ret != 0;
}

static bool parse_type(const struct json *j, enum trace_type *ret)
{
	const char *name = json_string(j);

	for (size_t i = 0; name && i < ARRAY_SIZE(type_names); i++)
		if (strcmp(name, type_names[i]) == 0) {
			*ret = (enum trace_type)i;
			return true;
		}
	return false;
}

static int parse_file(const struct json *j, size_t i, struct trace_file *f, struct error *e)
{
	f->size = -1;
	f->path = json_get_bytes(j, "path");
	if (!f->path || !clean_absolute(f->path))
		return bad(e, "files", i, "\"path\" is not a clean absolute path");
	if (!parse_ops(json_get(j, "ops"), &f->ops))
		return bad(e, "files", i, "\"ops\" is empty or has an unknown name");
	if (!parse_type(json_get(j, "type"), &f->type))
		return bad(e, "files", i, "\"type\" is missing or unknown");
	if (f->type == TRACE_TYPE_FILE && (!json_int(json_get(j, "size"), &f->size) || f->size < 0))
		return bad(e, "files", i, "\"size\" is missing or not a number in range");
	if (json_get(j, "created") && !json_bool(json_get(j, "created"), &f->created))
		return bad(e, "files", i, "\"created\" is not true or false");
	if (!parse_touch(j, &f->first_ns, &f->pid))
		return bad(e, "files", i, "\"first_ns\" or \"pid\" is missing or out of range");
	if (json_get(j, "requested") &&
	    !want_strings(j, "requested", &f->requested, &f->n_requested, e))
		return -e->code;
	for (size_t k = 0; k < f->n_requested; k++)
		if (f->requested[k][0] != '/')
			return bad(e, "files", i, "\"requested\" is not an absolute path");
	return 0;
}

static int parse_files(const struct json *doc, struct trace *t, struct error *e)
{
	size_t cap = 0;

	if (!json_is_array(json_get(doc, "files")))
		return error_set(e, EINVAL, "not a valid trace: \"files\" is not a list");
	for (const struct json *j = json_first(json_get(doc, "files")); j; j = json_next(j)) {
		size_t i = t->n_files;
		int r;

		t->files = array_grow(t->files, i, &cap, sizeof(*t->files));
		t->files[t->n_files++] = (struct trace_file){0};
		r = parse_file(j, i, &t->files[i], e);
		if (r < 0)
			return r;
		if (i && strcmp(t->files[i - 1].path, t->files[i].path) >= 0)
			return bad(e, "files", i, "out of order");
	}
	return 0;
}

static int parse_misses(const struct json *doc, struct trace *t, struct error *e)
{
	size_t cap = 0;

	if (!json_is_array(json_get(doc, "misses")))
		return error_set(e, EINVAL, "not a valid trace: \"misses\" is not a list");
	for (const struct json *j = json_first(json_get(doc, "misses")); j; j = json_next(j)) {
		struct trace_miss m = {0};

		if (!parse_touch(j, &m.first_ns, &m.pid))
			return bad(e, "misses", t->n_misses, "a number is out of range");
		m.path = json_get_bytes(j, "path");
		if (!m.path || m.path[0] != '/') {
			free(m.path);
			return bad(e, "misses", t->n_misses, "\"path\" is not an absolute path");
		}
		t->misses = array_grow(t->misses, t->n_misses, &cap, sizeof(*t->misses));
		t->misses[t->n_misses++] = m;
	}
	return 0;
}

static int parse_processes(const struct json *doc, struct trace *t, struct error *e)
{
	size_t cap = 0;

	if (!json_is_array(json_get(doc, "processes")))
		return error_set(e, EINVAL, "not a valid trace: \"processes\" is not a list");
	for (const struct json *j = json_first(json_get(doc, "processes")); j; j = json_next(j)) {
		int64_t pid = 0, parent = 0, start = 0;
		bool alive = false;

		if (!json_int(json_get(j, "pid"), &pid) ||
		    !json_int(json_get(j, "parent"), &parent) ||
		    !json_int(json_get(j, "start_ns"), &start) || pid < 0 || pid > INT32_MAX ||
		    parent < 0 || parent > INT32_MAX || start < 0)
			return bad(e, "processes", t->n_processes, "a number is out of range");
		json_bool(json_get(j, "alive"), &alive);
		t->processes =
			array_grow(t->processes, t->n_processes, &cap, sizeof(*t->processes));
		t->processes[t->n_processes++] =
			(struct trace_process){.pid = (int32_t)pid,
					       .parent = (int32_t)parent,
					       .exe = json_get_bytes(j, "exe"),
					       .start_ns = start,
					       .alive = alive};
	}
	return 0;
}

static int parse_document(const struct json *doc, struct trace *t, struct error *e)
{
	int r = parse_identity(doc, e);

	if (r < 0)
		return r;
	if (!parse_head(doc, t, e))
		return -e->code;
	r = parse_processes(doc, t, e);
	if (r == 0)
		r = parse_files(doc, t, e);
	return r == 0 ? parse_misses(doc, t, e) : r;
}

int trace_parse(const char *text, size_t len, struct trace *ret, struct error *e)
{
	CLEANUP_JSON struct json *doc = json_parse(text, len, e);
	CLEANUP_TRACE struct trace t = {0};
	int r;

	if (!doc)
		return error_add(e, "not a trace");
	r = parse_document(doc, &t, e);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct trace){0};
	return 0;
}

int trace_read(const char *path, struct trace *ret, struct error *e)
{
	CLEANUP_BUF struct buf text = {0};
	int r = file_read(path, TRACE_FILE_MAX, &text, e);

	if (r < 0)
		return r;
	r = trace_parse(text.data, text.len, ret, e);
	return r < 0 ? error_add(e, "%s", path) : 0;
}
