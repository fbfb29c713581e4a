// Starting, versions, confidential computing, finding a GPU.
#include "fake.h"

int nvmlInit_v2(void) {
    int code = enter(__func__);
    if (code != SUCCESS) return leave(code);
    if (fake.initialized == 0) {
        char message[256] = "no configuration";
        if (load_configuration(message, sizeof message) != 0) {
            fprintf(stderr, "fake NVML: %s\n", message);
            return leave(UNKNOWN);
        }
        if (fake.init_code != SUCCESS) return leave(fake.init_code);
        load_state();
    }
    fake.initialized++;
    return leave(SUCCESS);
}

int nvmlInitWithFlags(unsigned flags) {
    (void)flags;
    return nvmlInit_v2();
}

const char *nvmlErrorString(int code) { return code == SUCCESS ? "Success" : "An error of the fake"; }

int nvmlShutdown(void) {
    int code = enter(__func__);
    if (code == SUCCESS) fake.initialized--;
    return leave(code);
}

int nvmlSystemGetDriverVersion(char *text, unsigned size) {
    int code = enter(__func__);
    return leave(code != SUCCESS ? code : put_text(text, size, fake.driver));
}

int nvmlSystemGetNVMLVersion(char *text, unsigned size) {
    int code = enter(__func__);
    return leave(code != SUCCESS ? code : put_text(text, size, fake.nvml));
}

int nvmlSystemGetCudaDriverVersion_v2(int *value) {
    int code = enter(__func__);
    if (code == SUCCESS) *value = fake.cuda;
    return leave(code);
}

int nvmlSystemGetConfComputeState(void *value) {
    int code = enter(__func__);
    if (code == SUCCESS) {
        put32(value, 0, (uint32_t)fake.conf_environment);
        put32(value, 4, (uint32_t)fake.conf_feature);
        put32(value, 8, (uint32_t)fake.conf_dev_tools);
    }
    return leave(code);
}

int nvmlSystemGetConfComputeSettings(void *value) {
    int code = enter(__func__);
    if (code == SUCCESS && get32(value, 0) != (20 | 1u << 24)) code = ARGUMENT_VERSION_MISMATCH;
    if (code == SUCCESS) {
        put32(value, 4, (uint32_t)fake.conf_environment);
        put32(value, 8, (uint32_t)fake.conf_feature);
        put32(value, 12, (uint32_t)fake.conf_dev_tools);
        put32(value, 16, (uint32_t)fake.conf_multi);
    }
    return leave(code);
}

int nvmlSystemGetConfComputeCapabilities(void *value) {
    int code = enter(__func__);
    if (code == SUCCESS) {
        put32(value, 0, fake.conf_environment ? 3 : 0);
        put32(value, 4, fake.conf_environment ? 1 : 0);
    }
    return leave(code);
}

int nvmlDeviceGetCount_v2(unsigned *count) {
    int code = enter(__func__);
    if (code == SUCCESS) *count = (unsigned)fake.gpu_count;
    return leave(code);
}

// A GPU that fell off the bus cannot be had; one that is not ours to touch answers NO_PERMISSION by `fail`.
static int hand_out(gpu *one, const char *call, void **device) {
    const override *failure = NULL;
    for (int i = 0; i < one->override_count; i++) {
        if (one->overrides[i].kind == 'f' && strcmp(one->overrides[i].call, call) == 0) failure = &one->overrides[i];
    }
    if (failure) return (int)failure->values[0];
    if (one->lost_after == 0) return GPU_IS_LOST;
    *device = one;
    return SUCCESS;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    int code = enter(__func__);
    if (code == SUCCESS && index >= (unsigned)fake.gpu_count) code = INVALID_ARGUMENT;
    return leave(code != SUCCESS ? code : hand_out(&fake.gpus[index], __func__, device));
}

int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) {
    int code = enter(__func__);
    for (int i = 0; code == SUCCESS && i < fake.gpu_count; i++) {
        gpu *one = &fake.gpus[i];
        if (strcmp(one->uuid, uuid) == 0) return leave(hand_out(one, __func__, device));
        for (int j = 0; j < MAX_MIG; j++) {
            if (one->migs[j].compute && strcmp(one->migs[j].compute->uuid, uuid) == 0) {
                *device = &one->migs[j];
                return leave(SUCCESS);
            }
        }
    }
    return leave(code != SUCCESS ? code : NOT_FOUND);
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus_id, void **device) {
    int code = enter(__func__);
    unsigned domain = 0, bus = 0, slot = 0;
    if (code == SUCCESS && sscanf(bus_id, "%x:%x:%x", &domain, &bus, &slot) != 3) code = INVALID_ARGUMENT;
    for (int i = 0; code == SUCCESS && i < fake.gpu_count; i++) {
        gpu *one = &fake.gpus[i];
        if (one->domain == domain && one->bus == bus && one->slot == slot) return leave(hand_out(one, __func__, device));
    }
    return leave(code != SUCCESS ? code : NOT_FOUND);
}
