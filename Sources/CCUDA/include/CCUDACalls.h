/// The entry points, once: wrapper, symbol, an older symbol of the same signature (or `none`), parameters, arguments.
///
/// Symbols carry their suffix, since the unsuffixed name of a suffixed call is the oldest signature.
#ifndef CCUDA_CALLS_H
#define CCUDA_CALLS_H

#include "CCUDATypes.h"

#define CCUDA_DEVICE_CALLS(X) \
    X(Init, cuInit, none, (uint32_t flags), (flags)) \
    X(DriverGetVersion, cuDriverGetVersion, none, (int32_t *version), (version)) \
    X(GetErrorName, cuGetErrorName, none, (ccuda_result code, const char **text), (code, text)) \
    X(DeviceGetCount, cuDeviceGetCount, none, (int32_t *count), (count)) \
    X(DeviceGet, cuDeviceGet, none, (int32_t *device, int32_t ordinal), (device, ordinal)) \
    X(DeviceGetName, cuDeviceGetName, none, (char *name, int32_t size, int32_t device), \
      (name, size, device)) \
    X(DeviceGetUuid, cuDeviceGetUuid_v2, cuDeviceGetUuid, (ccuda_uuid *uuid, int32_t device), \
      (uuid, device)) \
    X(DeviceGetAttribute, cuDeviceGetAttribute, none, \
      (int32_t *value, ccuda_attribute attribute, int32_t device), (value, attribute, device)) \
    X(DeviceGetPCIBusId, cuDeviceGetPCIBusId, none, (char *text, int32_t size, int32_t device), \
      (text, size, device)) \
    X(DeviceCanAccessPeer, cuDeviceCanAccessPeer, none, \
      (int32_t *can, int32_t device, int32_t peer), (can, device, peer))

#define CCUDA_CONTEXT_CALLS(X) \
    X(DevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, none, \
      (ccuda_context *context, int32_t device), (context, device)) \
    X(DevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, cuDevicePrimaryCtxRelease, \
      (int32_t device), (device)) \
    X(CtxSetCurrent, cuCtxSetCurrent, none, (ccuda_context context), (context)) \
    X(CtxEnablePeerAccess, cuCtxEnablePeerAccess, none, (ccuda_context peer, uint32_t flags), \
      (peer, flags)) \
    X(StreamCreate, cuStreamCreate, none, (ccuda_stream *stream, uint32_t flags), (stream, flags)) \
    X(StreamSynchronize, cuStreamSynchronize, none, (ccuda_stream stream), (stream)) \
    X(StreamDestroy, cuStreamDestroy_v2, none, (ccuda_stream stream), (stream)) \
    X(EventCreate, cuEventCreate, none, (ccuda_event *event, uint32_t flags), (event, flags)) \
    X(EventRecord, cuEventRecord, none, (ccuda_event event, ccuda_stream stream), (event, stream)) \
    X(EventSynchronize, cuEventSynchronize, none, (ccuda_event event), (event)) \
    X(EventElapsedTime, cuEventElapsedTime_v2, cuEventElapsedTime, \
      (float *milliseconds, ccuda_event start, ccuda_event end), (milliseconds, start, end)) \
    X(EventDestroy, cuEventDestroy_v2, none, (ccuda_event event), (event))

#define CCUDA_MEMORY_CALLS(X) \
    X(MemGetInfo, cuMemGetInfo_v2, none, (size_t *free, size_t *total), (free, total)) \
    X(MemAlloc, cuMemAlloc_v2, none, (ccuda_address *address, size_t bytes), (address, bytes)) \
    X(MemFree, cuMemFree_v2, none, (ccuda_address address), (address)) \
    X(MemHostAlloc, cuMemHostAlloc, none, (void **memory, size_t bytes, uint32_t flags), \
      (memory, bytes, flags)) \
    X(MemFreeHost, cuMemFreeHost, none, (void *memory), (memory)) \
    X(MemcpyHtoD, cuMemcpyHtoD_v2, none, (ccuda_address to, const void *from, size_t bytes), \
      (to, from, bytes)) \
    X(MemcpyDtoH, cuMemcpyDtoH_v2, none, (void *to, ccuda_address from, size_t bytes), \
      (to, from, bytes)) \
    X(MemcpyHtoDAsync, cuMemcpyHtoDAsync_v2, none, \
      (ccuda_address to, const void *from, size_t bytes, ccuda_stream stream), (to, from, bytes, stream)) \
    X(MemcpyDtoHAsync, cuMemcpyDtoHAsync_v2, none, \
      (void *to, ccuda_address from, size_t bytes, ccuda_stream stream), (to, from, bytes, stream)) \
    X(MemcpyDtoDAsync, cuMemcpyDtoDAsync_v2, none, \
      (ccuda_address to, ccuda_address from, size_t bytes, ccuda_stream stream), (to, from, bytes, stream)) \
    X(MemcpyPeerAsync, cuMemcpyPeerAsync, none, \
      (ccuda_address to, ccuda_context to_context, ccuda_address from, ccuda_context from_context, \
              size_t bytes, ccuda_stream stream), \
      (to, to_context, from, from_context, bytes, stream))

#define CCUDA_KERNEL_CALLS(X) \
    X(ModuleLoadDataEx, cuModuleLoadDataEx, none, \
      (ccuda_module *module, const void *image, uint32_t count, ccuda_jit_option *options, void **values), \
      (module, image, count, options, values)) \
    X(ModuleUnload, cuModuleUnload, none, (ccuda_module module), (module)) \
    X(ModuleGetFunction, cuModuleGetFunction, none, \
      (ccuda_function *function, ccuda_module module, const char *name), (function, module, name)) \
    X(LaunchKernel, cuLaunchKernel, none, \
      (ccuda_function function, uint32_t grid_x, uint32_t grid_y, uint32_t grid_z, uint32_t block_x, \
              uint32_t block_y, uint32_t block_z, uint32_t shared_bytes, ccuda_stream stream, void **parameters, \
              void **extra), \
      (function, grid_x, grid_y, grid_z, block_x, block_y, block_z, shared_bytes, stream, parameters, extra))

#define CCUDA_CALLS(X) \
    CCUDA_DEVICE_CALLS(X) CCUDA_CONTEXT_CALLS(X) CCUDA_MEMORY_CALLS(X) CCUDA_KERNEL_CALLS(X)

#define CCUBLAS_CALLS(X) \
    X(Create, cublasCreate_v2, (ccublas_handle *handle), (handle)) \
    X(Destroy, cublasDestroy_v2, (ccublas_handle handle), (handle)) \
    X(GetVersion, cublasGetVersion_v2, (ccublas_handle handle, int32_t *version), (handle, version)) \
    X(SetStream, cublasSetStream_v2, (ccublas_handle handle, ccuda_stream stream), (handle, stream)) \
    X(GemmEx, cublasGemmEx, \
      (ccublas_handle handle, int32_t operation_a, int32_t operation_b, int32_t m, int32_t n, int32_t k, \
       const void *alpha, const void *a, int32_t type_a, int32_t stride_a, const void *b, int32_t type_b, \
       int32_t stride_b, const void *beta, void *c, int32_t type_c, int32_t stride_c, int32_t compute, \
       int32_t algorithm), \
      (handle, operation_a, operation_b, m, n, k, alpha, a, type_a, stride_a, b, type_b, stride_b, beta, c, type_c, \
       stride_c, compute, algorithm))

#endif
