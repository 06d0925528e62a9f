/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target once over each file of the folders named: what the fuzzer found stays found,
 * also in builds without libFuzzer. No file at all is a failure: a target without a corpus proves nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { INPUT_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The whole file in memory of exactly its size, so that a read past the end is seen. */
static uint8_t *read_whole(const char *path, size_t *ret_size)
{
    struct stat info;
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    uint8_t *data = NULL;
    if (fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode) && info.st_size <= INPUT_MAX) {
        size_t size = (size_t)info.st_size;
        data = malloc(size > 0 ? size : 1);
        if (data && fread(data, 1, size, file) == size) {
            *ret_size = size;
        } else {
            free(data);
            data = NULL;
        }
    }
    fclose(file);
    return data;
}

static int replay_file(const char *folder, const char *name)
{
    char path[4096];
    size_t size = 0;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    uint8_t *data = read_whole(path, &size);
    if (!data)
        return 0;
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

static int replay_folder(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            count += replay_file(folder, entry->d_name);
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
