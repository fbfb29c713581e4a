#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTER(call) \
    do { \
        int fault = enter(call); \
        if (fault != 0) return fault; \
    } while (0)

static struct context contexts[MOST_GPUS];
static int initialised;

int cuInit(unsigned flags) {
    ENTER("cuInit");
    if (flags != 0) return 1;
    if (machine.count == 0) return 100;
    initialised = 1;
    return 0;
}
int cuDriverGetVersion(int *version) {
    ENTER("cuDriverGetVersion");
    *version = machine.driver;
    return 0;
}
int cuGetErrorName(int code, const char **text) {
    static const struct { int code; const char *name; } names[] = {
        {1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {3, "CUDA_ERROR_NOT_INITIALIZED"},
        {46, "CUDA_ERROR_DEVICE_UNAVAILABLE"}, {100, "CUDA_ERROR_NO_DEVICE"}, {101, "CUDA_ERROR_INVALID_DEVICE"},
        {201, "CUDA_ERROR_INVALID_CONTEXT"}, {214, "CUDA_ERROR_ECC_UNCORRECTABLE"}, {218, "CUDA_ERROR_INVALID_PTX"},
        {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"}, {500, "CUDA_ERROR_NOT_FOUND"}, {719, "CUDA_ERROR_LAUNCH_FAILED"},
        {802, "CUDA_ERROR_SYSTEM_NOT_READY"}, {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"}, {999, "CUDA_ERROR_UNKNOWN"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code) {
            *text = names[i].name;
            return 0;
        }
    *text = NULL;
    return 1;
}
int cuDeviceGetCount(int *count) {
    ENTER("cuDeviceGetCount");
    if (!initialised) return 3;
    *count = machine.count;
    return 0;
}
int cuDeviceGet(int *device, int ordinal) {
    ENTER("cuDeviceGet");
    if (ordinal < 0 || ordinal >= machine.count) return 101;
    *device = ordinal;
    return 0;
}
int cuDeviceGetName(char *name, int size, int device) {
    ENTER("cuDeviceGetName");
    snprintf(name, (size_t)size, "%s", machine.gpus[device].name);
    return 0;
}
int cuDeviceGetUuid_v2(void *uuid, int device) {
    ENTER("cuDeviceGetUuid_v2");
    memcpy(uuid, machine.gpus[device].uuid, 16);
    return 0;
}
int cuDeviceGetUuid(void *uuid, int device) { return cuDeviceGetUuid_v2(uuid, device); }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    ENTER("cuDeviceGetAttribute");
    const struct gpu *gpu = &machine.gpus[device];
    switch (attribute) {
    case 13: *value = gpu->clock_khz; return 0;
    case 16: *value = gpu->sms; return 0;
    case 36: *value = gpu->memory_clock_khz; return 0;
    case 37: *value = gpu->bus_bits; return 0;
    case 38: *value = gpu->l2; return 0;
    case 75: *value = gpu->major; return 0;
    case 76: *value = gpu->minor; return 0;
    default: return 1;
    }
}
int cuDeviceGetPCIBusId(char *text, int size, int device) {
    ENTER("cuDeviceGetPCIBusId");
    if (size < 13) return 1;
    snprintf(text, (size_t)size, "%s", machine.gpus[device].pci);
    return 0;
}
int cuDeviceCanAccessPeer(int *can, int device, int peer) {
    ENTER("cuDeviceCanAccessPeer");
    *can = device != peer && machine.peer_access;
    return 0;
}

int cuDevicePrimaryCtxRetain(struct context **context, int device) {
    ENTER("cuDevicePrimaryCtxRetain");
    if (!initialised) return 3;
    contexts[device].gpu = device;
    *context = &contexts[device];
    return 0;
}
int cuDevicePrimaryCtxRelease_v2(int device) {
    (void)device;
    return enter("cuDevicePrimaryCtxRelease_v2");
}
int cuCtxSetCurrent(struct context *context) {
    ENTER("cuCtxSetCurrent");
    current = context;
    return 0;
}
int cuCtxEnablePeerAccess(struct context *peer, unsigned flags) {
    ENTER("cuCtxEnablePeerAccess");
    if (current == NULL || peer == current || flags != 0) return 1;
    return machine.peer_access ? 0 : 217;
}
int cuStreamCreate(struct stream **stream, unsigned flags) {
    ENTER("cuStreamCreate");
    if (current == NULL) return 201;
    if (flags > 1) return 1;
    *stream = calloc(1, sizeof **stream);
    (*stream)->context = current;
    return 0;
}
int cuStreamSynchronize(struct stream *stream) {
    ENTER("cuStreamSynchronize");
    if (stream->ready > now) now = stream->ready;
    now += machine.wake_ns;
    return 0;
}
int cuStreamDestroy_v2(struct stream *stream) {
    ENTER("cuStreamDestroy_v2");
    free(stream);
    return 0;
}
int cuEventCreate(struct event **event, unsigned flags) {
    ENTER("cuEventCreate");
    if (current == NULL || flags != 0) return 1;
    *event = calloc(1, sizeof **event);
    return 0;
}
int cuEventRecord(struct event *event, struct stream *stream) {
    ENTER("cuEventRecord");
    // A stream takes only events of its own context; ours are made with it.
    event->time = stream->ready > now ? stream->ready : now;
    event->recorded = 1;
    return 0;
}
int cuEventSynchronize(struct event *event) {
    ENTER("cuEventSynchronize");
    if (event->time > now) now = event->time;
    now += machine.wake_ns;
    return 0;
}
int cuEventElapsedTime(float *milliseconds, const struct event *start, const struct event *end) {
    ENTER("cuEventElapsedTime");
    if (!start->recorded || !end->recorded) return 400;
    if (end->time > now) return 600;
    // Events tell half a microsecond.
    double micro = (end->time - start->time) / 1000;
    *milliseconds = (float)((double)(long)(micro * 2 + 0.5) / 2000);
    return 0;
}
int cuEventElapsedTime_v2(float *milliseconds, const struct event *start, const struct event *end) {
    return cuEventElapsedTime(milliseconds, start, end);
}
int cuEventDestroy_v2(struct event *event) {
    ENTER("cuEventDestroy_v2");
    free(event);
    return 0;
}
