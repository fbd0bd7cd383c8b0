/* escape - hostile text (names of files and packages) made harmless for one output format each.
 *
 * A name is a byte string: it may hold control characters, markup, or bytes that are no UTF-8. All
 * of these give valid UTF-8 on one line. What cannot be shown is written \xNN. The caller frees.
 */
#pragma once

/* For terminals and logs: control characters (C0, DEL, C1) and bytes that are no UTF-8 as \xNN,
 * and so are the characters that turn the direction of text (U+202A…202E, U+2066…2069). The base
 * of all others. */
char *escape_text(const char *s);
/* For XML text and attributes (XML 1.0, 2.2 and 2.4). */
char *escape_xml(const char *s);
/* For GitHub-flavoured Markdown, also inside tables: every punctuation mark that could be markup
 * is escaped, and so are HTML, mentions and links. */
char *escape_markdown(const char *s);
/* For the message and for the properties of a GitHub workflow command. */
char *escape_github_data(const char *s);
char *escape_github_property(const char *s);
/* A relative URI reference (RFC 3986) of a path: bytes that are not unreserved or '/' as %NN. */
char *escape_uri(const char *path);
