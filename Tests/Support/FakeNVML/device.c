// What one GPU says of itself.
#include "fake.h"

static int text_of(void *device, const char *call, char *text, unsigned size, const char *(*of)(gpu *, mig_device *)) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, call, &one, &mig);
    return leave(code != SUCCESS ? code : put_text(text, size, of(one, mig)));
}

static const char *name_of(gpu *one, mig_device *mig) {
    static char name[300];
    if (mig == NULL) return one->name;
    const profile *in = mig->compute->instance->profile;
    int whole = mig->compute->size == in->slices;
    if (whole) snprintf(name, sizeof name, "%.90s MIG %s", one->name, in->name);
    else snprintf(name, sizeof name, "%.90s MIG %dc.%s", one->name, mig->compute->size, in->name);
    name[95] = '\0';
    return name;
}

static const char *uuid_of(gpu *one, mig_device *mig) { return mig ? mig->compute->uuid : one->uuid; }

static const char *vbios_of(gpu *one, mig_device *mig) {
    (void)mig;
    return one->vbios;
}

int nvmlDeviceGetName(void *device, char *text, unsigned size) {
    return text_of(device, __func__, text, size, name_of);
}

int nvmlDeviceGetUUID(void *device, char *text, unsigned size) {
    return text_of(device, __func__, text, size, uuid_of);
}

int nvmlDeviceGetVbiosVersion(void *device, char *text, unsigned size) {
    return text_of(device, __func__, text, size, vbios_of);
}

int nvmlDeviceGetGspFirmwareVersion(void *device, char *text) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    return leave(code != SUCCESS ? code : put_text(text, 64, fake.driver));
}

static void put_pci(void *value, unsigned domain, unsigned bus, unsigned slot, unsigned device, unsigned subsystem) {
    memset(value, 0, 68);
    snprintf((char *)value, 16, "%04X:%02X:%02X.0", domain & 0xffff, bus & 0xff, slot & 0xff);
    put32(value, 16, domain);
    put32(value, 20, bus);
    put32(value, 24, slot);
    put32(value, 28, device);
    put32(value, 32, subsystem);
    snprintf((char *)value + 36, 32, "%08X:%02X:%02X.0", domain, bus & 0xff, slot & 0xff);
}

int nvmlDeviceGetPciInfo_v3(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) put_pci(value, one->domain, one->bus, one->slot, one->pci_device, one->subsystem);
    return leave(code);
}

int nvmlDeviceGetNvLinkRemotePciInfo_v2(void *device, unsigned link, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && link >= 36) code = INVALID_ARGUMENT;
    if (code == SUCCESS && (int)link >= one->nvlinks) code = NOT_SUPPORTED;
    if (code == SUCCESS) put_pci(value, 0, 0xc0 + link % 4, 0, 0x22a310de, 0);
    return leave(code);
}

// One answer: as `set` says, else as computed; NOT_SUPPORTED where that is negative.
static int number(void *device, const char *call, long long selector, uint32_t *value, long long (*of)(gpu *)) {
    gpu *one;
    int code = enter_gpu(device, call, &one);
    if (code != SUCCESS) return leave(code);
    if (value == NULL) return leave(INVALID_ARGUMENT);
    const override *set = overridden(one, call, selector);
    long long answer = set ? set->values[0] : of ? of(one) : -1;
    if (answer < 0) return leave(NOT_SUPPORTED);
    *value = (uint32_t)answer;
    return leave(SUCCESS);
}

static int pair(void *device, const char *call, uint32_t *first, uint32_t *second, long long a, long long b) {
    gpu *one;
    int code = enter_gpu(device, call, &one);
    if (code != SUCCESS) return leave(code);
    const override *set = overridden(one, call, -1);
    if (set && set->count > 1) {
        a = set->values[0];
        b = set->values[1];
    } else if (set) a = b = set->values[0];
    if (a < 0) return leave(NOT_SUPPORTED);
    *first = (uint32_t)a;
    *second = (uint32_t)b;
    return leave(SUCCESS);
}

static gpu *whole(void *device) {
    for (int i = 0; i < fake.gpu_count; i++) {
        if (device == &fake.gpus[i]) return &fake.gpus[i];
    }
    return NULL;
}

static int guest(const gpu *one) { return one->virtualization == 2; }

static long long architecture(gpu *one) { return one->architecture; }
static long long minor_number(gpu *one) { return one->index; }
static long long virtualization(gpu *one) { return one->virtualization; }
static long long host_vgpu(gpu *one) { return one->virtualization == 3 ? one->architecture >= 7 : -1; }
static long long persistence(gpu *one) { return !guest(one); }
static long long zero(gpu *one) { return 0 * one->index; }
static long long generation(gpu *one) { return one->architecture >= 9 ? 5 : one->architecture >= 7 ? 4 : 3; }
static long long width(gpu *one) { return guest(one) ? -1 : 16; }
static long long speed(gpu *one) { return guest(one) ? -1 : generation(one) == 5 ? 32000 : 16000; }
static long long bare_generation(gpu *one) { return guest(one) ? -1 : generation(one); }
static long long idle_power(gpu *one) { return guest(one) ? -1 : (long long)one->power_mw / 10; }
static long long limit(gpu *one) { return guest(one) ? -1 : (long long)one->power_mw; }

#define NUMBER(call, of) \
    int call(void *device, uint32_t *value) { return number(device, __func__, -1, value, of); }

NUMBER(nvmlDeviceGetArchitecture, architecture)
NUMBER(nvmlDeviceGetMinorNumber, minor_number)
NUMBER(nvmlDeviceGetNumaNodeId, NULL)
NUMBER(nvmlDeviceGetVirtualizationMode, virtualization)
NUMBER(nvmlDeviceGetHostVgpuMode, host_vgpu)
NUMBER(nvmlDeviceGetPersistenceMode, persistence)
NUMBER(nvmlDeviceGetComputeMode, zero)
NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, bare_generation)
NUMBER(nvmlDeviceGetMaxPcieLinkGeneration, bare_generation)
NUMBER(nvmlDeviceGetGpuMaxPcieLinkGeneration, bare_generation)
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, width)
NUMBER(nvmlDeviceGetMaxPcieLinkWidth, width)
NUMBER(nvmlDeviceGetPcieSpeed, speed)
NUMBER(nvmlDeviceGetPcieReplayCounter, zero)
NUMBER(nvmlDeviceGetPowerUsage, idle_power)
NUMBER(nvmlDeviceGetEnforcedPowerLimit, limit)
NUMBER(nvmlDeviceGetPowerManagementLimit, limit)
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, limit)
NUMBER(nvmlDeviceGetPerformanceState, zero)

static long long clock_now(gpu *one) { return guest(one) ? -1 : 345; }
static long long clock_most(gpu *one) { return guest(one) ? -1 : 1980; }
static long long warm(gpu *one) { return guest(one) ? -1 : 35; }

#define SELECTED(call, of, end) \
    int call(void *device, uint32_t selector, uint32_t *value) { \
        return number(device, __func__, selector, value, selector < (end) ? of : NULL); \
    }

SELECTED(nvmlDeviceGetClockInfo, clock_now, 4)
SELECTED(nvmlDeviceGetMaxClockInfo, clock_most, 4)
SELECTED(nvmlDeviceGetApplicationsClock, clock_most, 4)
SELECTED(nvmlDeviceGetTemperature, warm, 1)

int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) {
    gpu *one = whole(device);
    return pair(device, __func__, (uint32_t *)major, (uint32_t *)minor, one ? one->major : -1, one ? one->minor : -1);
}

int nvmlDeviceGetEccMode(void *device, uint32_t *current, uint32_t *pending) {
    gpu *one = whole(device);
    long long ecc = one && !guest(one) ? 1 : -1;
    return pair(device, __func__, current, pending, ecc, ecc);
}

int nvmlDeviceGetPowerManagementLimitConstraints(void *device, uint32_t *least, uint32_t *most) {
    gpu *one = whole(device);
    long long limits = one && !guest(one) ? (long long)one->power_mw : -1;
    return pair(device, __func__, least, most, limits < 0 ? -1 : limits * 2 / 7, limits);
}

int nvmlDeviceGetTotalEccErrors(void *device, unsigned kind, unsigned counter, unsigned long long *count) {
    uint32_t low = 0;
    int code = kind > 1 || counter > 1 ? INVALID_ARGUMENT
                                       : number(device, __func__, kind * 2 + counter, &low, zero);
    if (code == SUCCESS) *count = low;
    return code;
}

int nvmlDeviceGetRemappedRows(void *device, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && (one->mig || guest(one) || one->architecture < 7)) code = NOT_SUPPORTED;
    if (code == SUCCESS) {
        const override *set = overridden(one, __func__, -1);
        *corrected = set ? (unsigned)set->values[0] : 0;
        *uncorrected = set ? (unsigned)set->values[1] : 0;
        *pending = set ? (unsigned)set->values[2] : 0;
        *failed = set ? (unsigned)set->values[3] : 0;
    }
    return leave(code);
}

static void memory_of(gpu *one, mig_device *mig, uint64_t *total, uint64_t *used) {
    *total = one->memory_mib << 20;
    *used = 0;
    if (mig) *total = (uint64_t)mig->compute->instance->profile->memory_mib << 20;
    for (int i = 0; i < one->process_count; i++) {
        process *p = &one->processes[i];
        if (!mig || p->gi == mig->compute->instance->id) *used += p->memory;
    }
}

int nvmlDeviceGetMemoryInfo(void *device, void *value) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, __func__, &one, &mig);
    uint64_t total, used;
    if (code == SUCCESS) {
        memory_of(one, mig, &total, &used);
        put64(value, 0, total);
        put64(value, 8, total - used);
        put64(value, 16, used);
    }
    return leave(code);
}

int nvmlDeviceGetMemoryInfo_v2(void *device, void *value) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, __func__, &one, &mig);
    uint64_t total, used;
    if (code == SUCCESS && get32(value, 0) != 0x02000028) code = ARGUMENT_VERSION_MISMATCH;
    if (code == SUCCESS) {
        memory_of(one, mig, &total, &used);
        uint64_t reserved = 512ull << 20;
        put64(value, 8, total);
        put64(value, 16, reserved);
        put64(value, 24, total - used - reserved);
        put64(value, 32, used);
    }
    return leave(code);
}

int nvmlDeviceGetBAR1MemoryInfo(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS) {
        const override *set = overridden(one, __func__, -1);
        uint64_t total = set ? (uint64_t)set->values[0] : one->memory_mib << 20;
        put64(value, 0, total);
        put64(value, 8, total);
        put64(value, 16, 0);
    }
    return leave(code);
}

int nvmlDeviceGetUtilizationRates(void *device, void *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && one->mig) code = NOT_SUPPORTED;
    if (code == SUCCESS) {
        const override *set = overridden(one, __func__, -1);
        put32(value, 0, set ? (uint32_t)set->values[0] : 0);
        put32(value, 4, set && set->count > 1 ? (uint32_t)set->values[1] : 0);
    }
    return leave(code);
}

static int reasons(void *device, const char *call, unsigned long long *value, unsigned long long usual) {
    gpu *one;
    int code = enter_gpu(device, call, &one);
    if (code == SUCCESS) {
        const override *set = overridden(one, call, -1);
        *value = set ? (unsigned long long)set->values[0] : usual;
    }
    return leave(code);
}

int nvmlDeviceGetCurrentClocksEventReasons(void *device, unsigned long long *value) {
    return reasons(device, __func__, value, 1);
}

int nvmlDeviceGetCurrentClocksThrottleReasons(void *device, unsigned long long *value) {
    return reasons(device, __func__, value, 1);
}

int nvmlDeviceGetSupportedClocksEventReasons(void *device, unsigned long long *value) {
    return reasons(device, __func__, value, 0x1ff);
}

int nvmlDeviceGetSupportedClocksThrottleReasons(void *device, unsigned long long *value) {
    return reasons(device, __func__, value, 0x1ff);
}

int nvmlDeviceGetTotalEnergyConsumption(void *device, unsigned long long *value) {
    gpu *one;
    int code = enter_gpu(device, __func__, &one);
    if (code == SUCCESS && guest(one)) code = NOT_SUPPORTED;
    if (code == SUCCESS) *value = (unsigned long long)one->calls * 1000;
    return leave(code);
}

// On the GPU all of its processes (privileged when it is cut up), on a MIG device those of its instance.
static int processes(void *device, const char *call, unsigned *count, char *into, char kind) {
    gpu *one;
    mig_device *mig;
    int code = enter_device(device, call, &one, &mig);
    if (code == SUCCESS && !mig && one->mig && !fake.root) code = NO_PERMISSION;
    if (code == SUCCESS && mig && one->virtualization == 3) code = NOT_SUPPORTED;
    if (code != SUCCESS) return leave(code);
    unsigned found = 0, room = into ? *count : 0;
    for (int i = 0; i < one->process_count; i++) {
        process *p = &one->processes[i];
        if (p->kind != kind) continue;
        if (mig && (p->gi != mig->compute->instance->id || p->ci != mig->compute->id)) continue;
        if (found < room) {
            char *at = into + found * 24;
            memset(at, 0, 24);
            put32(at, 0, p->pid);
            put64(at, 8, p->memory);
            put32(at, 16, p->gi < 0 ? 0xffffffffu : (uint32_t)p->gi);
            put32(at, 20, p->ci < 0 ? 0xffffffffu : (uint32_t)p->ci);
        }
        found++;
    }
    *count = found;
    return leave(found > room ? INSUFFICIENT_SIZE : SUCCESS);
}

int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, void *into) {
    return processes(device, __func__, count, into, 'c');
}

int nvmlDeviceGetComputeRunningProcesses_v2(void *device, unsigned *count, void *into) {
    return processes(device, __func__, count, into, 'c');
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, void *into) {
    return processes(device, __func__, count, into, 'g');
}

int nvmlDeviceGetMPSComputeRunningProcesses_v3(void *device, unsigned *count, void *into) {
    return processes(device, __func__, count, into, 'm');
}
