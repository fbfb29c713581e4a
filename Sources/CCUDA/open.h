/// Opening a library by name, shared by the tables.
#ifndef CCUDA_OPEN_H
#define CCUDA_OPEN_H

#include <stddef.h>

/// Opens `path`, or what the environment variable names, or the first of `places` that is there (NULL ends them).
///
/// `*found` is the name it was opened by; on failure NULL is given and `message` says why, in the linker's words.
void *ccuda_open_library(
    const char *path, const char *variable, const char *const *places, const char **found, char *message,
    size_t message_size);

#endif
