/* Runs a fuzz target on every file of its seeds and its corpus; TAP, one line a directory.
 *
 *   REPLAY_SEEDS, REPLAY_CORPUS    the directories (set when compiled)
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool run_file(const char *dir, const char *name)
{
	char path[4096];
	uint8_t *data = NULL;
	size_t n = 0, cap = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	for (size_t got = 1; got; n += got) {
		if (n == cap) {
			cap = cap ? cap * 2 : 4096;
			data = realloc(data, cap);
			CLAIM(data);
		}
		got = fread(data + n, 1, cap - n, f);
	}
	fclose(f);
	/* No byte behind the end: AddressSanitizer sees what reads there. */
	data = realloc(data, n ? n : 1);
	CLAIM(data);
	/* When the target dies, this line says on what. */
	printf("# %s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	return true;
}

static int run_directory(const char *dir)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, alphasort), ran = 0;

	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			ran += run_file(dir, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return ran;
}

int main(void)
{
	int seeds = run_directory(REPLAY_SEEDS), finds = run_directory(REPLAY_CORPUS);

	printf("1..2\n%sok 1 %d seeds in %s\nok 2 %d finds in %s\n", seeds ? "" : "not ", seeds,
	       REPLAY_SEEDS, finds, REPLAY_CORPUS);
	return seeds ? 0 : 1;
}
