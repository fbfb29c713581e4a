#define _GNU_SOURCE
#include "open.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *open_named(const char *path, char *message, size_t message_size) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (handle == NULL) {
        const char *reason = dlerror();
        snprintf(message, message_size, "%s", reason != NULL ? reason : path);
    }
    return handle;
}

void *ccuda_open_library(
    const char *path, const char *variable, const char *const *places, const char **found, char *message,
    size_t message_size) {
    if (message_size > 0) message[0] = '\0';
    // secure_getenv: a program with raised privileges does not take a library from its caller.
    if (path == NULL) path = secure_getenv(variable);
    if (path != NULL) {
        *found = path;
        return open_named(path, message, message_size);
    }
    char discarded[8];
    for (size_t i = 0; places[i] != NULL; i++) {
        *found = places[i];
        // The first refusal is the one worth telling.
        void *handle = i == 0 ? open_named(*found, message, message_size)
                              : open_named(*found, discarded, sizeof discarded);
        if (handle != NULL) return handle;
    }
    return NULL;
}
