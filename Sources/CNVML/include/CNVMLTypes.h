/// NVML's types, laid out by hand after the documented sizes and offsets (docs/nvml.md names the sources).
#ifndef CNVML_TYPES_H
#define CNVML_TYPES_H

#include <stdint.h>

/// Handles. NVML owns what they point to.
typedef struct cnvml_device_s *cnvml_device;
typedef struct cnvml_gpu_instance_s *cnvml_gpu_instance;
typedef struct cnvml_compute_instance_s *cnvml_compute_instance;
typedef struct cnvml_gpm_sample_s *cnvml_gpm_sample;

/// `nvmlReturn_t`, an enumeration as wide as an int.
typedef int32_t cnvml_return;

/// The codes that our own code names; the rest are in Swift's `NVMLError`.
enum {
    CNVML_SUCCESS = 0,
    CNVML_INVALID_ARGUMENT = 2,
    CNVML_LIBRARY_NOT_FOUND = 12,
    CNVML_FUNCTION_NOT_FOUND = 13,
    CNVML_MEMORY = 20,
};

/// Sizes of text buffers.
enum {
    CNVML_NAME_SIZE = 96,
    CNVML_UUID_SIZE = 96,
    CNVML_VERSION_SIZE = 80,
    CNVML_VBIOS_SIZE = 32,
    CNVML_GSP_VERSION_SIZE = 64,
};

/// What a versioned struct carries in its first field: its size and its version.
#define CNVML_STRUCT_VERSION(type, version) ((uint32_t)sizeof(type) | ((uint32_t)(version) << 24))

enum {
    CNVML_MEMORY_V2 = 0x02000028,
    CNVML_GI_PROFILE_V2 = 0x02000098,
    CNVML_GI_PROFILE_V3 = 0x03000098,
    CNVML_CI_PROFILE_V2 = 0x02000088,
    CNVML_CI_PROFILE_V3 = 0x0300008c,
    CNVML_FABRIC_V2 = 0x02000024,
    CNVML_FABRIC_V3 = 0x03000028,
    CNVML_CONF_SETTINGS_V1 = 0x01000014,
    CNVML_NVLINK_INFO_V1 = 0x01000008,
    CNVML_GPM_VERSION = 1,
};

typedef struct {
    char bus_id_legacy[16];
    uint32_t domain, bus, device;
    uint32_t pci_device_id;
    uint32_t pci_subsystem_id;
    char bus_id[32];
} cnvml_pci_info;

typedef struct {
    uint64_t total, free, used;
} cnvml_memory;

typedef struct {
    uint32_t version;
    uint64_t total, reserved, free, used;
} cnvml_memory_v2;

typedef struct {
    uint64_t total, free, used;
} cnvml_bar1_memory;

typedef struct {
    uint32_t gpu, memory;
} cnvml_utilization;

/// One process on a GPU; the instances are 0xFFFFFFFF where it runs on no MIG instance.
typedef struct {
    uint32_t pid;
    uint64_t used_memory;
    uint32_t gpu_instance, compute_instance;
} cnvml_process;

typedef struct {
    uint32_t start, size;
} cnvml_placement;
/// NVML has a structure of its own for places in a GPU instance, with the same fields.
typedef cnvml_placement cnvml_ci_placement;

typedef struct {
    uint32_t id, is_p2p_supported, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    uint64_t memory_mib;
} cnvml_gi_profile;

typedef struct {
    uint32_t version;
    uint32_t id, is_p2p_supported, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    uint64_t memory_mib;
    char name[96];
} cnvml_gi_profile_v2;

typedef struct {
    uint32_t version;
    uint32_t id, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    uint64_t memory_mib;
    char name[96];
    uint32_t capabilities;
} cnvml_gi_profile_v3;

typedef struct {
    cnvml_device device;
    uint32_t id, profile_id;
    cnvml_placement placement;
} cnvml_gi_info;

typedef struct {
    uint32_t id, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
} cnvml_ci_profile;

typedef struct {
    uint32_t version;
    uint32_t id, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    char name[96];
} cnvml_ci_profile_v2;

typedef struct {
    uint32_t version;
    uint32_t id, slice_count, instance_count, multiprocessor_count;
    uint32_t copy_engines, decoders, encoders, jpegs, ofas;
    char name[96];
    uint32_t capabilities;
} cnvml_ci_profile_v3;

typedef struct {
    cnvml_device device;
    cnvml_gpu_instance gpu_instance;
    uint32_t id, profile_id;
    cnvml_placement placement;
} cnvml_ci_info;

typedef struct {
    uint32_t multiprocessor_count, shared_copy_engines, shared_decoders, shared_encoders, shared_jpegs, shared_ofas;
    uint32_t gpu_instance_slices, compute_instance_slices;
    uint64_t memory_mib;
} cnvml_attributes;

typedef struct {
    uint32_t environment, feature, dev_tools;
} cnvml_conf_state;

typedef struct {
    uint32_t version;
    uint32_t environment, feature, dev_tools, multi_gpu;
} cnvml_conf_settings;

typedef struct {
    uint32_t cpu, gpus;
} cnvml_conf_capabilities;

typedef struct {
    uint32_t version;
    unsigned char cluster_uuid[16];
    cnvml_return status;
    uint32_t clique;
    unsigned char state;
    uint32_t health_mask;
} cnvml_fabric_v2;

typedef struct {
    uint32_t version;
    unsigned char cluster_uuid[16];
    cnvml_return status;
    uint32_t clique;
    unsigned char state;
    uint32_t health_mask;
    unsigned char health_summary;
} cnvml_fabric_v3;

typedef struct {
    uint32_t version, is_encrypted;
} cnvml_nvlink_info;

typedef struct {
    uint32_t is_enabled;
} cnvml_c2c_mode;

typedef struct {
    uint32_t version, is_supported;
} cnvml_gpm_support;

typedef struct {
    uint32_t metric;
    cnvml_return status;
    double value;
    const char *short_name, *long_name, *unit;
} cnvml_gpm_metric;

/// NVML's array grows with its releases (333 entries, then 477) and its version does not say so, and only the first
/// `metric_count` entries are ours to fill: room is left for far more than any release has.
enum { CNVML_GPM_ROOM = 2048 };

typedef struct {
    uint32_t version, metric_count;
    cnvml_gpm_sample first, second;
    cnvml_gpm_metric metrics[CNVML_GPM_ROOM];
} cnvml_gpm_metrics;

#endif
