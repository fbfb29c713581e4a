#define _GNU_SOURCE
#include "CNVML.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// dlsym's answers, one slot a call, each of the type of its call; NULL where the driver has no such entry point.
#define CNVML_SLOT(wrapper, symbol, older, parameters, arguments) int(*wrapper) parameters;
struct cnvml_library {
    void *handle;
    char *path;
    CNVML_CALLS(CNVML_SLOT)
};
#undef CNVML_SLOT

// Where the library stands when the dynamic linker does not know it: containers that mount the driver, WSL.
static const char *const usual_places[] = {
    "libnvidia-ml.so.1",
    "/usr/local/nvidia/lib64/libnvidia-ml.so.1",
    "/run/nvidia/driver/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1",
    "/run/nvidia/driver/usr/lib/aarch64-linux-gnu/libnvidia-ml.so.1",
    "/run/nvidia/driver/usr/lib64/libnvidia-ml.so.1",
    "/usr/lib/wsl/lib/libnvidia-ml.so.1",
};

static void *open_named(const char *path, char *message, size_t message_size) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (handle == NULL) {
        const char *reason = dlerror();
        snprintf(message, message_size, "%s", reason != NULL ? reason : path);
    }
    return handle;
}

static void *find(const char *path, const char **found, char *message, size_t message_size) {
    if (path == NULL) {
        // secure_getenv: a program with raised privileges does not take a library from its caller.
        path = secure_getenv("ASSAY_NVML");
    }
    if (path != NULL) {
        *found = path;
        return open_named(path, message, message_size);
    }
    char discarded[8];
    for (size_t i = 0; i < sizeof usual_places / sizeof usual_places[0]; i++) {
        *found = usual_places[i];
        // The first refusal is the one worth telling.
        void *handle = i == 0 ? open_named(*found, message, message_size)
                              : open_named(*found, discarded, sizeof discarded);
        if (handle != NULL) return handle;
    }
    return NULL;
}

// The older one may be `none`, which no library has.
static void *symbol_or_older(void *handle, const char *symbol, const char *older) {
    void *address = dlsym(handle, symbol);
    return address != NULL ? address : dlsym(handle, older);
}

int cnvml_open(const char *path, cnvml_library **library, char *message, size_t message_size) {
    *library = NULL;
    if (message_size > 0) message[0] = '\0';
    const char *found = NULL;
    void *handle = find(path, &found, message, message_size);
    if (handle == NULL) return CNVML_LIBRARY_NOT_FOUND;
    cnvml_library *opened = calloc(1, sizeof *opened);
    char *name = strdup(found);
    if (opened == NULL || name == NULL) {
        free(opened);
        free(name);
        dlclose(handle);
        return CNVML_MEMORY;
    }
    opened->handle = handle;
    opened->path = name;
#define CNVML_LOOK_UP(wrapper, symbol, older, parameters, arguments) \
    *(void **)&opened->wrapper = symbol_or_older(handle, #symbol, #older);
    CNVML_CALLS(CNVML_LOOK_UP)
#undef CNVML_LOOK_UP
    *library = opened;
    return CNVML_SUCCESS;
}

void cnvml_close(cnvml_library *library) {
    if (library == NULL) return;
    dlclose(library->handle);
    free(library->path);
    free(library);
}

const char *cnvml_path(const cnvml_library *library) { return library->path; }

int cnvml_has(const cnvml_library *library, const char *symbol) { return dlsym(library->handle, symbol) != NULL; }

#define CNVML_DEFINE(wrapper, symbol, older, parameters, arguments) \
    int cnvml_##wrapper CNVML_WITH_LIBRARY parameters { \
        return library->wrapper != NULL ? library->wrapper arguments : CNVML_FUNCTION_NOT_FOUND; \
    }
CNVML_CALLS(CNVML_DEFINE)
