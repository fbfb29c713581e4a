#define _GNU_SOURCE
#include "CCUDA.h"
#include "open.h"

#include <dlfcn.h>
#include <stdlib.h>

// dlsym's answers, one slot a call, each of the type of its call; NULL where the driver has no such entry point.
#define CCUDA_SLOT(wrapper, symbol, older, parameters, arguments) int(*wrapper) parameters;
struct ccuda_library {
    void *handle;
    CCUDA_CALLS(CCUDA_SLOT)
};
#undef CCUDA_SLOT

// Where the library stands when the dynamic linker does not know it: containers that mount the driver, WSL.
static const char *const usual_places[] = {
    "libcuda.so.1",
    "/usr/local/nvidia/lib64/libcuda.so.1",
    "/run/nvidia/driver/usr/lib/x86_64-linux-gnu/libcuda.so.1",
    "/run/nvidia/driver/usr/lib/aarch64-linux-gnu/libcuda.so.1",
    "/run/nvidia/driver/usr/lib64/libcuda.so.1",
    "/usr/lib/wsl/lib/libcuda.so.1",
    NULL,
};

// The older one may be `none`, which no library has.
static void *symbol_or_older(void *handle, const char *symbol, const char *older) {
    void *address = dlsym(handle, symbol);
    return address != NULL ? address : dlsym(handle, older);
}

int ccuda_open(const char *path, ccuda_library **library, char *message, size_t message_size) {
    *library = NULL;
    const char *found = NULL;
    void *handle = ccuda_open_library(path, "ASSAY_CUDA", usual_places, &found, message, message_size);
    if (handle == NULL) return CCUDA_LIBRARY_NOT_FOUND;
    ccuda_library *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        dlclose(handle);
        return CCUDA_OUT_OF_MEMORY;
    }
    opened->handle = handle;
#define CCUDA_LOOK_UP(wrapper, symbol, older, parameters, arguments) \
    *(void **)&opened->wrapper = symbol_or_older(handle, #symbol, #older);
    CCUDA_CALLS(CCUDA_LOOK_UP)
#undef CCUDA_LOOK_UP
    *library = opened;
    return CCUDA_SUCCESS;
}

void ccuda_close(ccuda_library *library) {
    if (library == NULL) return;
    dlclose(library->handle);
    free(library);
}

int ccuda_has(const ccuda_library *library, const char *symbol) { return dlsym(library->handle, symbol) != NULL; }

#define CCUDA_DEFINE(wrapper, symbol, older, parameters, arguments) \
    int ccuda_##wrapper CCUDA_WITH_LIBRARY parameters { \
        return library->wrapper != NULL ? library->wrapper arguments : CCUDA_NOT_FOUND; \
    }
CCUDA_CALLS(CCUDA_DEFINE)
