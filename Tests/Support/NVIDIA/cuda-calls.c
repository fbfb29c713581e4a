// Every call of CUDA's driver that Sources/CCUDA makes, held against NVIDIA's own declaration: compiled, never run.
//
// The table is read with NVIDIA's types in place of ours, so that a parameter too many, one of another type or another
// handle is an error of the compiler. `__CUDA_API_VERSION_INTERNAL` declares the older symbols beside the newer ones.
#define __CUDA_API_VERSION_INTERNAL
#include "cuda.h"

#define CCUDA_TYPES_H
#define ccuda_context CUcontext
#define ccuda_module CUmodule
#define ccuda_function CUfunction
#define ccuda_stream CUstream
#define ccuda_event CUevent
#define ccuda_address CUdeviceptr_v2
#define ccuda_uuid CUuuid
#define ccuda_result CUresult
#define ccuda_attribute CUdevice_attribute
#define ccuda_jit_option CUjit_option
#define ccublas_handle void *
#include "CCUDACalls.h"

#define none ((void *)0)
#define AGREES(wrapper, symbol, older, parameters, arguments) \
    CUresult(*const wrapper##_call) parameters = symbol; \
    CUresult(*const wrapper##_older) parameters = older;
CCUDA_CALLS(AGREES)
