/// CUDA's types and numbers as its documentation gives them, in our own words: `CUresult` and the enumerations are int.
#ifndef CCUDA_TYPES_H
#define CCUDA_TYPES_H

#include <stdint.h>

typedef struct ccuda_context_s *ccuda_context;
typedef struct ccuda_module_s *ccuda_module;
typedef struct ccuda_function_s *ccuda_function;
typedef struct ccuda_stream_s *ccuda_stream;
typedef struct ccuda_event_s *ccuda_event;
/// An address in a device's memory.
typedef uint64_t ccuda_address;
/// `CUresult`, `CUdevice_attribute`, `CUjit_option`: enumerations, each as wide as an int.
typedef int32_t ccuda_result;
typedef int32_t ccuda_attribute;
typedef int32_t ccuda_jit_option;

/// `CUuuid`.
typedef struct {
    uint8_t bytes[16];
} ccuda_uuid;
_Static_assert(sizeof(ccuda_uuid) == 16, "CUuuid is 16 bytes");

// CUresult, as far as the product tells them apart.
enum {
    CCUDA_SUCCESS = 0,
    CCUDA_INVALID_VALUE = 1,
    CCUDA_OUT_OF_MEMORY = 2,
    CCUDA_NOT_INITIALIZED = 3,
    CCUDA_NO_DEVICE = 100,
    CCUDA_INVALID_DEVICE = 101,
    CCUDA_INVALID_PTX = 218,
    CCUDA_UNSUPPORTED_PTX_VERSION = 222,
    CCUDA_NOT_FOUND = 500,
    CCUDA_PEER_ACCESS_ALREADY_ENABLED = 704,
    CCUDA_UNKNOWN = 999,
    // Ours: no CUresult is negative.
    CCUDA_LIBRARY_NOT_FOUND = -1,
};

// CUdevice_attribute.
enum {
    CCUDA_ATTRIBUTE_CLOCK_RATE_KHZ = 13,
    CCUDA_ATTRIBUTE_MULTIPROCESSORS = 16,
    CCUDA_ATTRIBUTE_MEMORY_CLOCK_RATE_KHZ = 36,
    CCUDA_ATTRIBUTE_MEMORY_BUS_WIDTH_BITS = 37,
    CCUDA_ATTRIBUTE_L2_CACHE_BYTES = 38,
    CCUDA_ATTRIBUTE_CAPABILITY_MAJOR = 75,
    CCUDA_ATTRIBUTE_CAPABILITY_MINOR = 76,
};

enum {
    /// The smallest room for `cuDeviceGetPCIBusId`: `00000000:00:00.0` and a zero, with some to spare.
    CCUDA_BUS_ID_SIZE = 32,
    CCUDA_NAME_SIZE = 256,
};

typedef struct ccublas_handle_s *ccublas_handle;

// cublasStatus_t, cudaDataType_t, cublasComputeType_t, cublasOperation_t, cublasGemmAlgo_t.
enum {
    CCUBLAS_SUCCESS = 0,
    CCUBLAS_NOT_INITIALIZED = 1,
    CCUBLAS_NOT_SUPPORTED = 15,
    CCUBLAS_TYPE_FP32 = 0,
    CCUBLAS_TYPE_FP16 = 2,
    CCUBLAS_TYPE_BF16 = 14,
    CCUBLAS_COMPUTE_FP32 = 68,
    CCUBLAS_COMPUTE_FP32_PEDANTIC = 69,
    CCUBLAS_COMPUTE_TF32 = 77,
    CCUBLAS_OPERATION_NONE = 0,
    CCUBLAS_ALGORITHM_DEFAULT = -1,
};

#endif
