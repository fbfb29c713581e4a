// A libnvidia-ml.so.1 of our own, for tests: it keeps NVML's rules over GPUs that a text file describes (README.md).
//
// Its structs are written through the documented byte offsets and never through the product's own types, so that a
// layout that is wrong in one is not hidden by the same mistake in the other.
#ifndef FAKE_H
#define FAKE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    SUCCESS = 0,
    UNINITIALIZED = 1,
    INVALID_ARGUMENT = 2,
    NOT_SUPPORTED = 3,
    NO_PERMISSION = 4,
    NOT_FOUND = 6,
    INSUFFICIENT_SIZE = 7,
    DRIVER_NOT_LOADED = 9,
    GPU_IS_LOST = 15,
    RESET_REQUIRED = 16,
    IN_USE = 19,
    INSUFFICIENT_RESOURCES = 23,
    ARGUMENT_VERSION_MISMATCH = 25,
    UNKNOWN = 999,
};

enum {
    MAX_GPUS = 16,
    MAX_PROFILES = 32,
    MAX_STARTS = 16,
    MAX_INSTANCES = 16,
    MAX_COMPUTES = 16,
    MAX_PROCESSES = 32,
    MAX_OVERRIDES = 64,
    MAX_MIG = 64,
    PROFILE_COUNT = 18,
    COMPUTE_PROFILE_COUNT = 9,
};

typedef struct {
    int nvml, id, slices, max, sm, memory_mib, ce, dec, enc, jpg, ofa;
    int media, all_media, no_media, graphics;
    int size, start_count, starts[MAX_STARTS];
    char name[96];
} profile;

struct gpu;
struct instance;

typedef struct compute {
    int used, id, profile, start, size;
    int mig_index;
    char uuid[96];
    struct instance *instance;
} compute;

typedef struct instance {
    int used, id, start;
    const profile *profile;
    struct gpu *gpu;
    compute computes[MAX_COMPUTES];
} instance;

// What a MIG device handle points to: the slot outlives the device, so that handles are reused, as NVML's are.
typedef struct {
    uint32_t magic;
    struct gpu *gpu;
    compute *compute;
} mig_device;

typedef struct {
    unsigned pid;
    int gi, ci, kind;
    unsigned long long memory;
} process;

// `set CALL[:SELECTOR] VALUES...`, `fail CALL[:SELECTOR] CODE`, `delay CALL MS`.
typedef struct {
    char call[80];
    int kind, count;
    long long values[8];
} override;

typedef struct gpu {
    uint32_t magic;
    int index;
    char name[96], uuid[96], vbios[32];
    int architecture, major, minor;
    unsigned pci_device, subsystem, domain, bus, slot;
    unsigned long long memory_mib, power_mw;
    int memory_slices, compute_slices, most_instances;
    int profile_count;
    profile profiles[MAX_PROFILES];
    int virtualization;
    int mig, mig_pending, resettable;
    int nvlinks, nvlink_version, nvlink_remote;
    long lost_after, calls;
    instance instances[MAX_INSTANCES];
    mig_device migs[MAX_MIG];
    int process_count;
    process processes[MAX_PROCESSES];
    int override_count;
    override overrides[MAX_OVERRIDES];
} gpu;

typedef struct {
    int initialized;
    char driver[80], nvml[80];
    int cuda, root, init_code;
    int profiles_need_mig, named_profiles_need_mig, profile_version;
    int conf_environment, conf_feature, conf_dev_tools, conf_multi;
    int gpu_count;
    gpu gpus[MAX_GPUS];
    int override_count;
    override overrides[MAX_OVERRIDES];
    unsigned long uuid_counter;
    char state_path[512];
} machine;

extern machine fake;

enum { GPU_MAGIC = 0x47505521, MIG_MAGIC = 0x4d494721 };

// Every call runs under one lock and begins with the rules all calls share.
int enter(const char *call);
int enter_gpu(void *device, const char *call, gpu **found);  // whole GPUs only
int enter_device(void *device, const char *call, gpu **found, mig_device **mig);  // or a MIG device
int enter_instance(void *handle, const char *call, instance **found);
int enter_compute(void *handle, const char *call, compute **found);
int leave(int code);

const override *overridden(const gpu *of, const char *call, long long selector);
int load_configuration(char *message, size_t size);
int read_directives(FILE *file, char *message, size_t size);
void load_state(void);
void save_state(void);
const profile *profile_by_id(const gpu *of, int id);
instance *add_instance(gpu *on, const profile *of, int start, int id);
compute *add_compute(instance *in, int profile, int start, int size, int id, const char *uuid, int mig_index);
int instance_count(const gpu *of);
void clear_instances(gpu *of);

static inline void put32(void *at, int offset, uint32_t value) { memcpy((char *)at + offset, &value, 4); }
static inline void put64(void *at, int offset, uint64_t value) { memcpy((char *)at + offset, &value, 8); }
static inline void put_pointer(void *at, int offset, const void *value) {
    memcpy((char *)at + offset, &value, sizeof value);
}
static inline uint32_t get32(const void *at, int offset) {
    uint32_t value;
    memcpy(&value, (const char *)at + offset, 4);
    return value;
}
int put_text(char *at, unsigned size, const char *text);

#endif
