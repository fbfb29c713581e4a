// MIG mode, the profiles and where they fit, MIG devices.
#include "fake.h"

static int capable(const gpu *one) { return one->profile_count > 0 && one->virtualization != 2; }

int nvmlDeviceGetMigMode(void *device, unsigned *current, unsigned *pending) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && one->profile_count == 0) code = NOT_SUPPORTED;
    if (code == SUCCESS) {
        *current = (unsigned)one->mig;
        *pending = (unsigned)one->mig_pending;
    }
    return leave(code);
}

// Two answers: the call's, and whether the mode took effect. Ampere resets the GPU for it, which a virtual machine
// often cannot; a GPU in use keeps its mode.
int nvmlDeviceSetMigMode(void *device, unsigned mode, int *activation) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && (mode > 1 || activation == NULL)) code = INVALID_ARGUMENT;
    if (code == SUCCESS && !capable(one)) code = NOT_SUPPORTED;
    if (code == SUCCESS && !fake.root) code = NO_PERMISSION;
    if (code != SUCCESS) return leave(code);
    *activation = SUCCESS;
    one->mig_pending = (int)mode;
    if (one->mig != (int)mode) {
        if (one->process_count > 0 || instance_count(one) > 0) *activation = IN_USE;
        else if (one->architecture == 7 && !one->resettable) *activation = RESET_REQUIRED;
        else one->mig = (int)mode;
    }
    save_state();
    return leave(SUCCESS);
}

static int profile_at(void *device, const char *call, unsigned index, int named, const profile **found) {
    gpu *one;
    int code = enter_gpu(device, call, &one);
    if (code != SUCCESS) return code;
    if (index >= PROFILE_COUNT) return INVALID_ARGUMENT;
    if (!capable(one)) return NOT_SUPPORTED;
    if (!one->mig && (fake.profiles_need_mig || (named && fake.named_profiles_need_mig))) return NOT_SUPPORTED;
    for (int i = 0; i < one->profile_count; i++) {
        if (one->profiles[i].nvml == (int)index) {
            *found = &one->profiles[i];
            return SUCCESS;
        }
    }
    return NOT_SUPPORTED;
}

// The fields that follow each other alike in every version, from SLICES on.
static void put_engines(char *at, const profile *p) {
    const int fields[] = {p->slices, p->max, p->sm, p->ce, p->dec, p->enc, p->jpg, p->ofa};
    for (int i = 0; i < 8; i++) put32(at, i * 4, (uint32_t)fields[i]);
}

int nvmlDeviceGetGpuInstanceProfileInfo(void *device, unsigned index, void *value) {
    const profile *p;
    int code = profile_at(device, __func__, index, 0, &p);
    if (code == SUCCESS) {
        put32(value, 0, (uint32_t)p->id);
        put32(value, 4, 0);
        put_engines((char *)value + 8, p);
        put64(value, 40, (uint64_t)p->memory_mib);
    }
    return leave(code);
}

int nvmlDeviceGetGpuInstanceProfileInfoV(void *device, unsigned index, void *value) {
    const profile *p;
    int code = profile_at(device, __func__, index, 1, &p);
    if (code != SUCCESS) return leave(code);
    char name[96];
    // NVML's own names have no "me." of the catalogue's, and begin with the word.
    snprintf(name, sizeof name, "MIG %.90s", p->name);
    uint32_t version = get32(value, 0);
    if (version == 0x03000098 && fake.profile_version >= 3) {
        put32(value, 4, (uint32_t)p->id);
        put_engines((char *)value + 8, p);
        put64(value, 40, (uint64_t)p->memory_mib);
        memcpy((char *)value + 48, name, 96);
        put32(value, 144, p->graphics ? 2 : 0);
    } else if (version == 0x02000098 && fake.profile_version >= 2) {
        put32(value, 4, (uint32_t)p->id);
        put32(value, 8, 0);
        put_engines((char *)value + 12, p);
        put64(value, 48, (uint64_t)p->memory_mib);
        memcpy((char *)value + 56, name, 96);
    } else {
        code = ARGUMENT_VERSION_MISMATCH;
    }
    return leave(code);
}

// Listed whether MIG is on or not. NULL asks for the number alone.
int nvmlDeviceGetGpuInstancePossiblePlacements_v2(void *device, unsigned id, void *placements, unsigned *count) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && !capable(one)) code = NOT_SUPPORTED;
    if (code == SUCCESS && !fake.root) code = NO_PERMISSION;
    const profile *p = code == SUCCESS ? profile_by_id(one, (int)id) : NULL;
    if (code == SUCCESS && (p == NULL || count == NULL)) code = INVALID_ARGUMENT;
    if (code != SUCCESS) return leave(code);
    if (placements != NULL && *count < (unsigned)p->start_count) code = INSUFFICIENT_SIZE;
    for (int i = 0; code == SUCCESS && placements != NULL && i < p->start_count; i++) {
        put32(placements, i * 8, (uint32_t)p->starts[i]);
        put32(placements, i * 8 + 4, (uint32_t)p->size);
    }
    *count = (unsigned)p->start_count;
    return leave(code);
}

int nvmlDeviceGetMaxMigDeviceCount(void *device, unsigned *count) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) *count = one->profile_count > 0 ? (unsigned)one->most_instances : 0;
    return leave(code);
}

// An index without a device is NOT_FOUND, also between two that have one.
int nvmlDeviceGetMigDeviceHandleByIndex(void *device, unsigned index, void **into) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && one->profile_count == 0) code = NOT_SUPPORTED;
    if (code == SUCCESS && index >= (unsigned)one->most_instances) code = INVALID_ARGUMENT;
    if (code == SUCCESS && one->migs[index].compute == NULL) code = NOT_FOUND;
    if (code == SUCCESS) *into = &one->migs[index];
    return leave(code);
}

int nvmlDeviceIsMigDeviceHandle(void *device, unsigned *answer) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, __func__, &one, &mig);
    if (code == SUCCESS) *answer = mig != NULL;
    return leave(code);
}

static int of_mig(void *device, const char *call, mig_device **mig) {
    gpu *one;
    int code = enter_device(device, call, &one, mig);
    return code == SUCCESS && *mig == NULL ? INVALID_ARGUMENT : code;
}

int nvmlDeviceGetGpuInstanceId(void *device, unsigned *id) {
    mig_device *mig;
    int code = of_mig(device, __func__, &mig);
    if (code == SUCCESS) *id = (unsigned)mig->compute->instance->id;
    return leave(code);
}

int nvmlDeviceGetComputeInstanceId(void *device, unsigned *id) {
    mig_device *mig;
    int code = of_mig(device, __func__, &mig);
    if (code == SUCCESS) *id = (unsigned)mig->compute->id;
    return leave(code);
}

int nvmlDeviceGetDeviceHandleFromMigDeviceHandle(void *device, void **parent) {
    mig_device *mig;
    int code = of_mig(device, __func__, &mig);
    if (code == SUCCESS) *parent = mig->gpu;
    return leave(code);
}

int nvmlDeviceGetAttributes_v2(void *device, void *value) {
    mig_device *mig;
    int code = of_mig(device, __func__, &mig);
    if (code == SUCCESS) {
        const profile *p = mig->compute->instance->profile;
        const int fields[] = {p->sm * mig->compute->size / p->slices, p->ce, p->dec, p->enc, p->jpg, p->ofa, p->slices,
                              mig->compute->size};
        for (int i = 0; i < 8; i++) put32(value, i * 4, (uint32_t)fields[i]);
        put64(value, 32, (uint64_t)p->memory_mib);
    }
    return leave(code);
}
