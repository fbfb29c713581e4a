// Every call of NVML that Sources/CNVML makes, held against NVIDIA's own declaration: compiled, never run.
//
// The table is read with NVIDIA's types in place of ours, so that a parameter too many, one of another type or another
// handle is an error of the compiler. Of a structure with several layouts the pointer's type is that of the
// declaration; nvml-layouts.c compares the layouts. `NVML_NO_UNVERSIONED_FUNC_DEFS` declares older symbols too.
#define NVML_NO_UNVERSIONED_FUNC_DEFS
#include "nvml.h"

#include <stdint.h>

#define CNVML_TYPES_H
#define uint64_t unsigned long long
#define cnvml_device nvmlDevice_t
#define cnvml_gpu_instance nvmlGpuInstance_t
#define cnvml_compute_instance nvmlComputeInstance_t
#define cnvml_gpm_sample nvmlGpmSample_t
#define cnvml_return nvmlReturn_t
#define cnvml_pci_info nvmlPciInfo_t
#define cnvml_memory nvmlMemory_t
#define cnvml_memory_v2 nvmlMemory_v2_t
#define cnvml_bar1_memory nvmlBAR1Memory_t
#define cnvml_utilization nvmlUtilization_t
#define cnvml_process nvmlProcessInfo_v2_t
#define cnvml_placement nvmlGpuInstancePlacement_t
#define cnvml_ci_placement nvmlComputeInstancePlacement_t
#define cnvml_gi_profile nvmlGpuInstanceProfileInfo_t
#define cnvml_gi_profile_v2 nvmlGpuInstanceProfileInfo_v2_t
#define cnvml_gi_profile_v3 nvmlGpuInstanceProfileInfo_v2_t
#define cnvml_gi_info nvmlGpuInstanceInfo_t
#define cnvml_ci_profile nvmlComputeInstanceProfileInfo_t
#define cnvml_ci_profile_v2 nvmlComputeInstanceProfileInfo_v2_t
#define cnvml_ci_info nvmlComputeInstanceInfo_t
#define cnvml_attributes nvmlDeviceAttributes_t
#define cnvml_conf_state nvmlConfComputeSystemState_t
#define cnvml_conf_settings nvmlSystemConfComputeSettings_t
#define cnvml_conf_capabilities nvmlConfComputeSystemCaps_t
#define cnvml_fabric_v2 nvmlGpuFabricInfoV_t
#define cnvml_fabric_v3 nvmlGpuFabricInfoV_t
#define cnvml_c2c_mode nvmlC2cModeInfo_v1_t
#define cnvml_gpm_support nvmlGpmSupport_t
#define cnvml_gpm_metrics nvmlGpmMetricsGet_t
// Newer than the header of CUDA 12.
#if NVML_API_VERSION < 13
#define nvmlDeviceGetNvLinkInfo none
#define cnvml_nvlink_info void
#else
#define cnvml_nvlink_info nvmlNvLinkInfo_t
#endif
#include "CNVMLCalls.h"

#define none ((void *)0)
#define AGREES(wrapper, symbol, older, parameters, arguments) \
    nvmlReturn_t(*const wrapper##_call) parameters = symbol; \
    nvmlReturn_t(*const wrapper##_older) parameters = older;
CNVML_CALLS(AGREES)
