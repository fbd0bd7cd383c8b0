/* zipdir - the central directory of a zip, item by item, and what is wrong with each.
 *
 * An archive is hostile. What makes it unreadable as a whole (no end record, counts and sizes that
 * contradict one another, two end records to choose from) is an error; what is wrong with one item
 * is a fault of that item, so that a check can show all of them and a reader refuse the first.
 *
 * libzip reads archives too, but does not tell where an item's data lies, and overlapping items
 * are how a small archive becomes an endless one; nor may two threads read from one handle. So the
 * directory is read here; libzip writes (layer/zipout).
 *
 * Cost: the directory is read in one piece, at most ZIP_DIRECTORY_MAX bytes and ZIP_ITEMS_MAX
 * items; memory is that and about 300 bytes an item; time is n log n. No content is read.
 *
 * Format: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; ZIP64 only as 4.3.14 version 1.
 */
#pragma once

#include "base/error.h"
#include "plan/inventory.h"

#include <stddef.h>
#include <stdint.h>

#define ZIP_DIRECTORY_MAX ((uint64_t)128 << 20)
#define ZIP_ITEMS_MAX     ((uint64_t)1 << 20)
#define ZIP_NAME_MAX      4095 /* PATH_MAX less the NUL: nothing longer can be unpacked */
#define ZIP_NAME_DEPTH    128  /* components, as layer/tree has it */

enum zip_method { ZIP_STORED = 0, ZIP_DEFLATED = 8 };

/* Bits of zip_item.faults. */
enum zip_fault {
	ZIP_FAULT_ABSOLUTE,  /* the name begins with '/' or a drive */
	ZIP_FAULT_DOTDOT,    /* a component is ".." */
	ZIP_FAULT_NAME,      /* empty, a NUL, backslashes as separators, or a second, other name */
	ZIP_FAULT_LONG,      /* longer or deeper than a path can be */
	ZIP_FAULT_TWICE,     /* an earlier item has this name */
	ZIP_FAULT_CASE,      /* an earlier item's name differs in case only: not refused */
	ZIP_FAULT_UNDER,     /* lies below an item that is no directory */
	ZIP_FAULT_TYPE,      /* a device, socket or FIFO, or a directory without '/' */
	ZIP_FAULT_SIZES,     /* sizes that cannot be */
	ZIP_FAULT_OVERLAP,   /* its data overlaps another item's, or the directory */
	ZIP_FAULT_ENCRYPTED, /* content that nobody can read without a password */
	ZIP_FAULT_METHOD,    /* neither stored nor deflated */
	ZIP_FAULT_LINK,      /* a symlink out of the archive, or without a sane target */
	ZIP_FAULTS,
};
/* What each fault says about an item, for a message: "NAME: TEXT". */
extern const char *const zip_fault_texts[ZIP_FAULTS];

struct zip_item {
	char *name; /* as the archive has it, NUL-terminated; in the directory's text */
	size_t name_len;
	char *path;        /* the name without "./", "//" and a trailing '/'; there, too */
	char *link_target; /* of a symlink that could be read, else NULL (layer/zipin fills it) */
	enum entry_type type;
	uint32_t mode;       /* st_mode & 07777 */
	uint64_t size;       /* bytes of content */
	uint64_t packed;     /* bytes in the archive */
	uint64_t offset;     /* of the local header, in the file */
	uint64_t limit;      /* where the next item or the directory begins */
	int64_t mtime;       /* seconds of the epoch, by the UT field; 0 when it is not said */
	uint32_t crc;        /* CRC-32 of the content */
	uint32_t attributes; /* external attributes, raw */
	uint16_t method, flags;
	uint16_t dos_time, dos_date;
	uint16_t made_by; /* version made by: the system in the upper byte */
	uint32_t faults;  /* 1 << enum zip_fault */
};

struct zip_directory {
	struct zip_item *items; /* in the archive's order */
	size_t n;
	char *text; /* names and paths of all */
	uint64_t file_size;
	uint64_t content; /* sum of all sizes */
	bool zip64;       /* the archive has a ZIP64 end record */
};

/* Reads the directory of the archive that is open as fd; `name` is for messages. EINVAL when it
 * is no zip or contradicts itself, EFBIG when it is beyond the limits above. */
int zip_directory_read(int fd, const char *name, struct zip_directory *ret, struct error *e);
void zip_directory_free(struct zip_directory *d);
