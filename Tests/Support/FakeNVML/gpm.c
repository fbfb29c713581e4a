// GPM: two samples, at least 100 ms apart, and what happened between them. From Hopper on.
#define _GNU_SOURCE
#include "fake.h"

#include <stdlib.h>
#include <time.h>

typedef struct {
    gpu *of;
    int64_t at_ms;
} sample;

static int64_t now_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int nvmlGpmQueryDeviceSupport(void *device, void *value) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, __func__, &one, &mig);
    if (code == SUCCESS && get32(value, 0) != 1) code = ARGUMENT_VERSION_MISMATCH;
    if (code == SUCCESS) put32(value, 4, one->architecture >= 9 && one->virtualization != 2);
    return leave(code);
}

int nvmlGpmSampleAlloc(void **into) {
    int code = enter(__func__);
    if (code == SUCCESS && (*into = calloc(1, sizeof(sample))) == NULL) code = 20;
    return leave(code);
}

int nvmlGpmSampleFree(void *one) {
    int code = enter(__func__);
    if (code == SUCCESS) free(one);
    return leave(code);
}

static int take(gpu *of, sample *into) {
    if (of->architecture < 9) return NOT_SUPPORTED;
    *into = (sample){of, now_ms()};
    return SUCCESS;
}

int nvmlGpmSampleGet(void *device, void *into) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, __func__, &one, &mig);
    return leave(code != SUCCESS ? code : take(one, into));
}

int nvmlGpmMigSampleGet(void *device, unsigned instance_id, void *into) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    int known = 0;
    for (int i = 0; code == SUCCESS && i < MAX_INSTANCES; i++) {
        known |= one->instances[i].used && one->instances[i].id == (int)instance_id;
    }
    if (code == SUCCESS && !known) code = INVALID_ARGUMENT;
    return leave(code != SUCCESS ? code : take(one, into));
}

// `set nvmlGpmMetricsGet:ID PERCENT`.
int nvmlGpmMetricsGet(void *value) {
    int code = enter(__func__);
    if (code == SUCCESS && get32(value, 0) != 1) code = ARGUMENT_VERSION_MISMATCH;
    if (code != SUCCESS) return leave(code);
    sample *samples[2];
    memcpy(samples, (char *)value + 8, sizeof samples);
    if (!samples[0] || !samples[1] || samples[0]->of != samples[1]->of || !samples[0]->of)
        return leave(INVALID_ARGUMENT);
    int too_close = samples[1]->at_ms - samples[0]->at_ms < 100;
    for (uint32_t i = 0; i < get32(value, 4); i++) {
        char *at = (char *)value + 24 + i * 40;
        uint32_t metric = get32(at, 0);
        const override *set = overridden(samples[0]->of, __func__, metric);
        put32(at, 4, set ? (too_close ? 21 : SUCCESS) : NOT_SUPPORTED);
        double number = set ? (double)set->values[0] : 0;
        memcpy(at + 8, &number, sizeof number);
    }
    return leave(SUCCESS);
}
