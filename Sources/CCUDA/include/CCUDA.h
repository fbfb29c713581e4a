/// CUDA's driver and, where it is installed, cuBLAS, opened at run time: tables of the entry points that this machine has.
///
/// Nothing of NVIDIA's is needed to build or to start, and no CUDA toolkit to run: `libcuda.so.1` comes with the driver.
/// An entry point that the installed driver lacks answers `CCUDA_NOT_FOUND`, as CUDA itself does for a missing symbol.
#ifndef CCUDA_H
#define CCUDA_H

#include <stddef.h>
#include <stdint.h>

#include "CCUDATypes.h"
#include "CCUDACalls.h"

/// An open driver library. Valid from `ccuda_open` to `ccuda_close`; the calls may be made from any thread.
typedef struct ccuda_library ccuda_library;

/// Opens the library at `path`, or, where `path` is NULL, the one that `ASSAY_CUDA` names, or else the usual ones.
///
/// Does not call `cuInit`. On failure `*library` is NULL and `message` (at least 1 byte) says why, cut to fit.
/// Answers CCUDA_SUCCESS, CCUDA_LIBRARY_NOT_FOUND or CCUDA_OUT_OF_MEMORY.
int ccuda_open(const char *path, ccuda_library **library, char *message, size_t message_size);

/// Unloads the library; nothing it gave out may be used afterwards.
void ccuda_close(ccuda_library *library);

/// Whether this driver has an entry point, by its name in the library, such as `cuMemAlloc_v2`.
int ccuda_has(const ccuda_library *library, const char *symbol);

// One wrapper a call: `ccuda_MemAlloc(library, &address, bytes)`. Each answers CUDA's own code.
#define CCUDA_WITH_LIBRARY(...) (const ccuda_library *library __VA_OPT__(,) __VA_ARGS__)
#define CCUDA_DECLARE(wrapper, symbol, older, parameters, arguments) int ccuda_##wrapper CCUDA_WITH_LIBRARY parameters;
CCUDA_CALLS(CCUDA_DECLARE)
#undef CCUDA_DECLARE

/// An open cuBLAS; needs a current CUDA context for every call.
typedef struct ccublas_library ccublas_library;

/// Opens the library at `path`, or, where `path` is NULL, the one that `ASSAY_CUBLAS` names, or else the newest of the
/// installed ones; otherwise as `ccuda_open`.
int ccublas_open(const char *path, ccublas_library **library, char *message, size_t message_size);

/// Unloads the library; its handles must have been destroyed.
void ccublas_close(ccublas_library *library);

/// The name under which the library was found; valid until `ccublas_close`.
const char *ccublas_path(const ccublas_library *library);

#define CCUBLAS_WITH_LIBRARY(...) (const ccublas_library *library __VA_OPT__(,) __VA_ARGS__)
#define CCUBLAS_DECLARE(wrapper, symbol, parameters, arguments) int ccublas_##wrapper CCUBLAS_WITH_LIBRARY parameters;
CCUBLAS_CALLS(CCUBLAS_DECLARE)
#undef CCUBLAS_DECLARE

/// Fills memory with random bits: each 64-bit word is a random one, masked with `keep`, with the bits of `set` set.
void ccuda_fill(void *memory, size_t bytes, uint64_t seed, uint64_t keep, uint64_t set);

/// `iterations` times x = x * a + b with one rounding each, as the FMA kernel's chains do it.
float ccuda_fma_chain(float x, float a, float b, uint32_t iterations);

#endif
