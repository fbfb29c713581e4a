// Between GPUs: topology, peer access, NVLink, the fabric.
#include "fake.h"

static int two(void *one, void *other, const char *call, gpu **found, gpu **second) {
    int code = enter_gpu(one, call, found);
    if (code != SUCCESS) return code;
    for (int i = 0; i < fake.gpu_count; i++) {
        if (other == &fake.gpus[i]) {
            *second = &fake.gpus[i];
            return one == other ? INVALID_ARGUMENT : SUCCESS;
        }
    }
    return INVALID_ARGUMENT;
}

int nvmlDeviceGetTopologyCommonAncestor(void *one, void *other, unsigned *level) {
    gpu *a, *b;
    int code = two(one, other, __func__, &a, &b);
    if (code == SUCCESS) {
        const override *set = overridden(a, __func__, b->index);
        *level = set ? (unsigned)set->values[0] : a->index / 4 == b->index / 4 ? 40 : 50;
    }
    return leave(code);
}

// Capabilities READ 0, WRITE 1, NVLINK 2, ATOMICS 3, PCI 4. A GPU that is cut up takes no part.
int nvmlDeviceGetP2PStatus(void *one, void *other, unsigned capability, unsigned *status) {
    gpu *a, *b;
    int code = two(one, other, __func__, &a, &b);
    if (code == SUCCESS && capability > 4) code = INVALID_ARGUMENT;
    if (code == SUCCESS) {
        const override *set = overridden(a, __func__, capability);
        int linked = a->nvlinks > 0 && b->nvlinks > 0;
        unsigned usual = a->mig || b->mig ? 5 : capability == 2 ? (linked ? 0 : 5) : capability == 4 ? 0 : linked ? 0 : 1;
        *status = set ? (unsigned)set->values[0] : usual;
    }
    return leave(code);
}

static int link_number(void *device, const char *call, unsigned link, unsigned *value, int usual) {
    gpu *one;
    int code = enter_gpu(device, call, &one);
    if (code == SUCCESS && link >= 36) code = INVALID_ARGUMENT;
    if (code == SUCCESS && (int)link >= one->nvlinks) code = NOT_SUPPORTED;
    if (code == SUCCESS) {
        const override *set = overridden(one, call, link);
        *value = set ? (unsigned)set->values[0] : (unsigned)usual;
    }
    return leave(code);
}

int nvmlDeviceGetNvLinkState(void *device, unsigned link, unsigned *value) {
    return link_number(device, __func__, link, value, 1);
}

int nvmlDeviceGetNvLinkVersion(void *device, unsigned link, unsigned *value) {
    return link_number(device, __func__, link, value, 4);
}

int nvmlDeviceGetNvLinkRemoteDeviceType(void *device, unsigned link, unsigned *value) {
    return link_number(device, __func__, link, value, 2);
}

int nvmlDeviceGetNvLinkInfo(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && get32(value, 0) != 0x01000008) code = ARGUMENT_VERSION_MISMATCH;
    if (code == SUCCESS && one->nvlinks == 0) code = NOT_SUPPORTED;
    if (code == SUCCESS) put32(value, 4, 0);
    return leave(code);
}

// `set nvmlDeviceGetGpuFabricInfoV STATUS CLIQUE STATE HEALTH [NEWEST VERSION]`.
int nvmlDeviceGetGpuFabricInfoV(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code != SUCCESS) return leave(code);
    const override *set = overridden(one, __func__, -1);
    uint32_t version = get32(value, 0);
    int third = version == 0x03000028 && (!set || set->count < 5 || set->values[4] >= 3);
    if (!third && version != 0x02000024) return leave(ARGUMENT_VERSION_MISMATCH);
    if (one->architecture < 9) return leave(NOT_SUPPORTED);
    memset((char *)value + 4, 0, 16);
    put32(value, 20, set ? (uint32_t)set->values[0] : 0);
    put32(value, 24, set && set->count > 1 ? (uint32_t)set->values[1] : 0);
    // The state is one byte. The three behind it are nobody's, and need not be zero.
    put32(value, 28, 0xA5A5A500u | (uint8_t)(set && set->count > 2 ? set->values[2] : one->nvlinks ? 3 : 0));
    put32(value, 32, set && set->count > 3 ? (uint32_t)set->values[3] : 0);
    if (third) ((unsigned char *)value)[36] = one->nvlinks ? 1 : 0;
    return leave(SUCCESS);
}

int nvmlDeviceGetC2cModeInfoV(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) {
        const override *set = overridden(one, __func__, -1);
        if (!set) code = NOT_SUPPORTED;
        else put32(value, 0, (uint32_t)set->values[0]);
    }
    return leave(code);
}
