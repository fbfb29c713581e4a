/// NVML, opened at run time: a table of the entry points that the library on this machine has.
///
/// Nothing of NVIDIA's is needed to build or to start: `cnvml_open` looks for the library, and an entry point that
/// the installed driver lacks answers `CNVML_FUNCTION_NOT_FOUND`, exactly as NVML itself does for a missing feature.
/// Layouts are our own, after the documented sizes and offsets, which `layout.c` asserts.
#ifndef CNVML_H
#define CNVML_H

#include <stddef.h>
#include <stdint.h>

#include "CNVMLTypes.h"
#include "CNVMLCalls.h"

/// An open NVML library. Valid from `cnvml_open` to `cnvml_close`; the calls may be made from any thread.
typedef struct cnvml_library cnvml_library;

/// Opens the library at `path`, or, where `path` is NULL, the one that `ASSAY_NVML` names, or else the usual ones.
///
/// Does not call `nvmlInit`. On failure `*library` is NULL and `message` (at least 1 byte) says why, cut to fit.
/// Answers CNVML_SUCCESS, CNVML_LIBRARY_NOT_FOUND or CNVML_MEMORY.
int cnvml_open(const char *path, cnvml_library **library, char *message, size_t message_size);

/// Unloads the library. It must have been shut down; no handle may be used afterwards.
void cnvml_close(cnvml_library *library);

/// The name under which the library was found; valid until `cnvml_close`.
const char *cnvml_path(const cnvml_library *library);

/// Whether this driver has an entry point (by its name in the library, such as `nvmlInit_v2`).
int cnvml_has(const cnvml_library *library, const char *symbol);

// One wrapper a call: `cnvml_MigMode(library, device, &current, &pending)`. Each answers NVML's own code.
#define CNVML_WITH_LIBRARY(...) (const cnvml_library *library __VA_OPT__(,) __VA_ARGS__)
#define CNVML_DECLARE(wrapper, symbol, older, parameters, arguments) \
    int cnvml_##wrapper CNVML_WITH_LIBRARY parameters;
CNVML_CALLS(CNVML_DECLARE)
#undef CNVML_DECLARE

/// Reads `count` GPM metrics between two samples: what NVML answered for each goes to `codes`, its value to `values`.
///
/// Answers NVML's code for the whole, CNVML_INVALID_ARGUMENT for more metrics than there is room for, or CNVML_MEMORY.
int cnvml_gpm_read(
    const cnvml_library *library, cnvml_gpm_sample first, cnvml_gpm_sample second, const uint32_t *metrics,
    uint32_t count, int32_t *codes, double *values);

#endif
