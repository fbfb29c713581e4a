#define _GNU_SOURCE
#include "CCUDA.h"
#include "open.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define CCUBLAS_SLOT(wrapper, symbol, parameters, arguments) int(*wrapper) parameters;
struct ccublas_library {
    void *handle;
    char *path;
    CCUBLAS_CALLS(CCUBLAS_SLOT)
};
#undef CCUBLAS_SLOT

// The newest first, each also where NVIDIA's toolkit puts it.
static const char *const usual_places[] = {
    "libcublas.so.13",
    "/usr/local/cuda/lib64/libcublas.so.13",
    "libcublas.so.12",
    "/usr/local/cuda/lib64/libcublas.so.12",
    "libcublas.so.11",
    "/usr/local/cuda/lib64/libcublas.so.11",
    NULL,
};

int ccublas_open(const char *path, ccublas_library **library, char *message, size_t message_size) {
    *library = NULL;
    const char *found = NULL;
    void *handle = ccuda_open_library(path, "ASSAY_CUBLAS", usual_places, &found, message, message_size);
    if (handle == NULL) return CCUDA_LIBRARY_NOT_FOUND;
    ccublas_library *opened = calloc(1, sizeof *opened);
    char *name = strdup(found);
    if (opened == NULL || name == NULL) {
        free(opened);
        free(name);
        dlclose(handle);
        return CCUDA_OUT_OF_MEMORY;
    }
    opened->handle = handle;
    opened->path = name;
#define CCUBLAS_LOOK_UP(wrapper, symbol, parameters, arguments) *(void **)&opened->wrapper = dlsym(handle, #symbol);
    CCUBLAS_CALLS(CCUBLAS_LOOK_UP)
#undef CCUBLAS_LOOK_UP
    *library = opened;
    return CCUDA_SUCCESS;
}

void ccublas_close(ccublas_library *library) {
    if (library == NULL) return;
    dlclose(library->handle);
    free(library->path);
    free(library);
}

const char *ccublas_path(const ccublas_library *library) { return library->path; }

#define CCUBLAS_DEFINE(wrapper, symbol, parameters, arguments) \
    int ccublas_##wrapper CCUBLAS_WITH_LIBRARY parameters { \
        return library->wrapper != NULL ? library->wrapper arguments : CCUBLAS_NOT_SUPPORTED; \
    }
CCUBLAS_CALLS(CCUBLAS_DEFINE)
