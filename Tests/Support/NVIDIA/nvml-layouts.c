// NVML's structures and numbers as Sources/CNVML has them, held against NVIDIA's own: compiled, never run. A test sees
// to it that no field of ours is left out.
#include "nvml.h"

#include "CNVML.h"

#define SAME(ours, theirs) _Static_assert((long)(ours) == (long)(theirs), #ours " is not " #theirs)
#define SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #ours " is not as large as " #theirs)
#define FIELD(ours, field, theirs, other) \
    _Static_assert( \
        offsetof(ours, field) == offsetof(theirs, other) \
            && sizeof(((ours *)0)->field) == sizeof(((theirs *)0)->other), \
        #ours "." #field " is not " #theirs "." #other)

SIZE(cnvml_pci_info, nvmlPciInfo_t);
FIELD(cnvml_pci_info, bus_id_legacy, nvmlPciInfo_t, busIdLegacy);
FIELD(cnvml_pci_info, domain, nvmlPciInfo_t, domain);
FIELD(cnvml_pci_info, bus, nvmlPciInfo_t, bus);
FIELD(cnvml_pci_info, device, nvmlPciInfo_t, device);
FIELD(cnvml_pci_info, pci_device_id, nvmlPciInfo_t, pciDeviceId);
FIELD(cnvml_pci_info, pci_subsystem_id, nvmlPciInfo_t, pciSubSystemId);
FIELD(cnvml_pci_info, bus_id, nvmlPciInfo_t, busId);

SIZE(cnvml_memory, nvmlMemory_t);
FIELD(cnvml_memory, total, nvmlMemory_t, total);
FIELD(cnvml_memory, free, nvmlMemory_t, free);
FIELD(cnvml_memory, used, nvmlMemory_t, used);

SIZE(cnvml_memory_v2, nvmlMemory_v2_t);
FIELD(cnvml_memory_v2, version, nvmlMemory_v2_t, version);
FIELD(cnvml_memory_v2, total, nvmlMemory_v2_t, total);
FIELD(cnvml_memory_v2, reserved, nvmlMemory_v2_t, reserved);
FIELD(cnvml_memory_v2, free, nvmlMemory_v2_t, free);
FIELD(cnvml_memory_v2, used, nvmlMemory_v2_t, used);

SIZE(cnvml_bar1_memory, nvmlBAR1Memory_t);
FIELD(cnvml_bar1_memory, total, nvmlBAR1Memory_t, bar1Total);
FIELD(cnvml_bar1_memory, free, nvmlBAR1Memory_t, bar1Free);
FIELD(cnvml_bar1_memory, used, nvmlBAR1Memory_t, bar1Used);

SIZE(cnvml_utilization, nvmlUtilization_t);
FIELD(cnvml_utilization, gpu, nvmlUtilization_t, gpu);
FIELD(cnvml_utilization, memory, nvmlUtilization_t, memory);

SIZE(cnvml_process, nvmlProcessInfo_v2_t);
FIELD(cnvml_process, pid, nvmlProcessInfo_v2_t, pid);
FIELD(cnvml_process, used_memory, nvmlProcessInfo_v2_t, usedGpuMemory);
FIELD(cnvml_process, gpu_instance, nvmlProcessInfo_v2_t, gpuInstanceId);
FIELD(cnvml_process, compute_instance, nvmlProcessInfo_v2_t, computeInstanceId);

SIZE(cnvml_placement, nvmlGpuInstancePlacement_t);
FIELD(cnvml_placement, start, nvmlGpuInstancePlacement_t, start);
FIELD(cnvml_placement, size, nvmlGpuInstancePlacement_t, size);

SIZE(cnvml_gi_profile, nvmlGpuInstanceProfileInfo_t);
FIELD(cnvml_gi_profile, id, nvmlGpuInstanceProfileInfo_t, id);
FIELD(cnvml_gi_profile, is_p2p_supported, nvmlGpuInstanceProfileInfo_t, isP2pSupported);
FIELD(cnvml_gi_profile, slice_count, nvmlGpuInstanceProfileInfo_t, sliceCount);
FIELD(cnvml_gi_profile, instance_count, nvmlGpuInstanceProfileInfo_t, instanceCount);
FIELD(cnvml_gi_profile, multiprocessor_count, nvmlGpuInstanceProfileInfo_t, multiprocessorCount);
FIELD(cnvml_gi_profile, copy_engines, nvmlGpuInstanceProfileInfo_t, copyEngineCount);
FIELD(cnvml_gi_profile, decoders, nvmlGpuInstanceProfileInfo_t, decoderCount);
FIELD(cnvml_gi_profile, encoders, nvmlGpuInstanceProfileInfo_t, encoderCount);
FIELD(cnvml_gi_profile, jpegs, nvmlGpuInstanceProfileInfo_t, jpegCount);
FIELD(cnvml_gi_profile, ofas, nvmlGpuInstanceProfileInfo_t, ofaCount);
FIELD(cnvml_gi_profile, memory_mib, nvmlGpuInstanceProfileInfo_t, memorySizeMB);

SIZE(cnvml_gi_profile_v2, nvmlGpuInstanceProfileInfo_v2_t);
FIELD(cnvml_gi_profile_v2, version, nvmlGpuInstanceProfileInfo_v2_t, version);
FIELD(cnvml_gi_profile_v2, id, nvmlGpuInstanceProfileInfo_v2_t, id);
FIELD(cnvml_gi_profile_v2, is_p2p_supported, nvmlGpuInstanceProfileInfo_v2_t, isP2pSupported);
FIELD(cnvml_gi_profile_v2, slice_count, nvmlGpuInstanceProfileInfo_v2_t, sliceCount);
FIELD(cnvml_gi_profile_v2, instance_count, nvmlGpuInstanceProfileInfo_v2_t, instanceCount);
FIELD(cnvml_gi_profile_v2, multiprocessor_count, nvmlGpuInstanceProfileInfo_v2_t, multiprocessorCount);
FIELD(cnvml_gi_profile_v2, copy_engines, nvmlGpuInstanceProfileInfo_v2_t, copyEngineCount);
FIELD(cnvml_gi_profile_v2, decoders, nvmlGpuInstanceProfileInfo_v2_t, decoderCount);
FIELD(cnvml_gi_profile_v2, encoders, nvmlGpuInstanceProfileInfo_v2_t, encoderCount);
FIELD(cnvml_gi_profile_v2, jpegs, nvmlGpuInstanceProfileInfo_v2_t, jpegCount);
FIELD(cnvml_gi_profile_v2, ofas, nvmlGpuInstanceProfileInfo_v2_t, ofaCount);
FIELD(cnvml_gi_profile_v2, memory_mib, nvmlGpuInstanceProfileInfo_v2_t, memorySizeMB);
FIELD(cnvml_gi_profile_v2, name, nvmlGpuInstanceProfileInfo_v2_t, name);

SIZE(cnvml_gi_profile_v3, nvmlGpuInstanceProfileInfo_v3_t);
FIELD(cnvml_gi_profile_v3, version, nvmlGpuInstanceProfileInfo_v3_t, version);
FIELD(cnvml_gi_profile_v3, id, nvmlGpuInstanceProfileInfo_v3_t, id);
FIELD(cnvml_gi_profile_v3, slice_count, nvmlGpuInstanceProfileInfo_v3_t, sliceCount);
FIELD(cnvml_gi_profile_v3, instance_count, nvmlGpuInstanceProfileInfo_v3_t, instanceCount);
FIELD(cnvml_gi_profile_v3, multiprocessor_count, nvmlGpuInstanceProfileInfo_v3_t, multiprocessorCount);
FIELD(cnvml_gi_profile_v3, copy_engines, nvmlGpuInstanceProfileInfo_v3_t, copyEngineCount);
FIELD(cnvml_gi_profile_v3, decoders, nvmlGpuInstanceProfileInfo_v3_t, decoderCount);
FIELD(cnvml_gi_profile_v3, encoders, nvmlGpuInstanceProfileInfo_v3_t, encoderCount);
FIELD(cnvml_gi_profile_v3, jpegs, nvmlGpuInstanceProfileInfo_v3_t, jpegCount);
FIELD(cnvml_gi_profile_v3, ofas, nvmlGpuInstanceProfileInfo_v3_t, ofaCount);
FIELD(cnvml_gi_profile_v3, memory_mib, nvmlGpuInstanceProfileInfo_v3_t, memorySizeMB);
FIELD(cnvml_gi_profile_v3, name, nvmlGpuInstanceProfileInfo_v3_t, name);
FIELD(cnvml_gi_profile_v3, capabilities, nvmlGpuInstanceProfileInfo_v3_t, capabilities);

SIZE(cnvml_gi_info, nvmlGpuInstanceInfo_t);
FIELD(cnvml_gi_info, device, nvmlGpuInstanceInfo_t, device);
FIELD(cnvml_gi_info, id, nvmlGpuInstanceInfo_t, id);
FIELD(cnvml_gi_info, profile_id, nvmlGpuInstanceInfo_t, profileId);
FIELD(cnvml_gi_info, placement, nvmlGpuInstanceInfo_t, placement);

SIZE(cnvml_ci_profile, nvmlComputeInstanceProfileInfo_t);
FIELD(cnvml_ci_profile, id, nvmlComputeInstanceProfileInfo_t, id);
FIELD(cnvml_ci_profile, slice_count, nvmlComputeInstanceProfileInfo_t, sliceCount);
FIELD(cnvml_ci_profile, instance_count, nvmlComputeInstanceProfileInfo_t, instanceCount);
FIELD(cnvml_ci_profile, multiprocessor_count, nvmlComputeInstanceProfileInfo_t, multiprocessorCount);
FIELD(cnvml_ci_profile, copy_engines, nvmlComputeInstanceProfileInfo_t, sharedCopyEngineCount);
FIELD(cnvml_ci_profile, decoders, nvmlComputeInstanceProfileInfo_t, sharedDecoderCount);
FIELD(cnvml_ci_profile, encoders, nvmlComputeInstanceProfileInfo_t, sharedEncoderCount);
FIELD(cnvml_ci_profile, jpegs, nvmlComputeInstanceProfileInfo_t, sharedJpegCount);
FIELD(cnvml_ci_profile, ofas, nvmlComputeInstanceProfileInfo_t, sharedOfaCount);

SIZE(cnvml_ci_profile_v2, nvmlComputeInstanceProfileInfo_v2_t);
FIELD(cnvml_ci_profile_v2, version, nvmlComputeInstanceProfileInfo_v2_t, version);
FIELD(cnvml_ci_profile_v2, id, nvmlComputeInstanceProfileInfo_v2_t, id);
FIELD(cnvml_ci_profile_v2, slice_count, nvmlComputeInstanceProfileInfo_v2_t, sliceCount);
FIELD(cnvml_ci_profile_v2, instance_count, nvmlComputeInstanceProfileInfo_v2_t, instanceCount);
FIELD(cnvml_ci_profile_v2, multiprocessor_count, nvmlComputeInstanceProfileInfo_v2_t, multiprocessorCount);
FIELD(cnvml_ci_profile_v2, copy_engines, nvmlComputeInstanceProfileInfo_v2_t, sharedCopyEngineCount);
FIELD(cnvml_ci_profile_v2, decoders, nvmlComputeInstanceProfileInfo_v2_t, sharedDecoderCount);
FIELD(cnvml_ci_profile_v2, encoders, nvmlComputeInstanceProfileInfo_v2_t, sharedEncoderCount);
FIELD(cnvml_ci_profile_v2, jpegs, nvmlComputeInstanceProfileInfo_v2_t, sharedJpegCount);
FIELD(cnvml_ci_profile_v2, ofas, nvmlComputeInstanceProfileInfo_v2_t, sharedOfaCount);
FIELD(cnvml_ci_profile_v2, name, nvmlComputeInstanceProfileInfo_v2_t, name);

SIZE(cnvml_ci_profile_v3, nvmlComputeInstanceProfileInfo_v3_t);
FIELD(cnvml_ci_profile_v3, version, nvmlComputeInstanceProfileInfo_v3_t, version);
FIELD(cnvml_ci_profile_v3, id, nvmlComputeInstanceProfileInfo_v3_t, id);
FIELD(cnvml_ci_profile_v3, slice_count, nvmlComputeInstanceProfileInfo_v3_t, sliceCount);
FIELD(cnvml_ci_profile_v3, instance_count, nvmlComputeInstanceProfileInfo_v3_t, instanceCount);
FIELD(cnvml_ci_profile_v3, multiprocessor_count, nvmlComputeInstanceProfileInfo_v3_t, multiprocessorCount);
FIELD(cnvml_ci_profile_v3, copy_engines, nvmlComputeInstanceProfileInfo_v3_t, sharedCopyEngineCount);
FIELD(cnvml_ci_profile_v3, decoders, nvmlComputeInstanceProfileInfo_v3_t, sharedDecoderCount);
FIELD(cnvml_ci_profile_v3, encoders, nvmlComputeInstanceProfileInfo_v3_t, sharedEncoderCount);
FIELD(cnvml_ci_profile_v3, jpegs, nvmlComputeInstanceProfileInfo_v3_t, sharedJpegCount);
FIELD(cnvml_ci_profile_v3, ofas, nvmlComputeInstanceProfileInfo_v3_t, sharedOfaCount);
FIELD(cnvml_ci_profile_v3, name, nvmlComputeInstanceProfileInfo_v3_t, name);
FIELD(cnvml_ci_profile_v3, capabilities, nvmlComputeInstanceProfileInfo_v3_t, capabilities);

SIZE(cnvml_ci_info, nvmlComputeInstanceInfo_t);
FIELD(cnvml_ci_info, device, nvmlComputeInstanceInfo_t, device);
FIELD(cnvml_ci_info, gpu_instance, nvmlComputeInstanceInfo_t, gpuInstance);
FIELD(cnvml_ci_info, id, nvmlComputeInstanceInfo_t, id);
FIELD(cnvml_ci_info, profile_id, nvmlComputeInstanceInfo_t, profileId);
FIELD(cnvml_ci_info, placement, nvmlComputeInstanceInfo_t, placement);

SIZE(cnvml_attributes, nvmlDeviceAttributes_t);
FIELD(cnvml_attributes, multiprocessor_count, nvmlDeviceAttributes_t, multiprocessorCount);
FIELD(cnvml_attributes, shared_copy_engines, nvmlDeviceAttributes_t, sharedCopyEngineCount);
FIELD(cnvml_attributes, shared_decoders, nvmlDeviceAttributes_t, sharedDecoderCount);
FIELD(cnvml_attributes, shared_encoders, nvmlDeviceAttributes_t, sharedEncoderCount);
FIELD(cnvml_attributes, shared_jpegs, nvmlDeviceAttributes_t, sharedJpegCount);
FIELD(cnvml_attributes, shared_ofas, nvmlDeviceAttributes_t, sharedOfaCount);
FIELD(cnvml_attributes, gpu_instance_slices, nvmlDeviceAttributes_t, gpuInstanceSliceCount);
FIELD(cnvml_attributes, compute_instance_slices, nvmlDeviceAttributes_t, computeInstanceSliceCount);
FIELD(cnvml_attributes, memory_mib, nvmlDeviceAttributes_t, memorySizeMB);

SIZE(cnvml_conf_state, nvmlConfComputeSystemState_t);
FIELD(cnvml_conf_state, environment, nvmlConfComputeSystemState_t, environment);
FIELD(cnvml_conf_state, feature, nvmlConfComputeSystemState_t, ccFeature);
FIELD(cnvml_conf_state, dev_tools, nvmlConfComputeSystemState_t, devToolsMode);

SIZE(cnvml_conf_settings, nvmlSystemConfComputeSettings_v1_t);
FIELD(cnvml_conf_settings, version, nvmlSystemConfComputeSettings_v1_t, version);
FIELD(cnvml_conf_settings, environment, nvmlSystemConfComputeSettings_v1_t, environment);
FIELD(cnvml_conf_settings, feature, nvmlSystemConfComputeSettings_v1_t, ccFeature);
FIELD(cnvml_conf_settings, dev_tools, nvmlSystemConfComputeSettings_v1_t, devToolsMode);
FIELD(cnvml_conf_settings, multi_gpu, nvmlSystemConfComputeSettings_v1_t, multiGpuMode);

SIZE(cnvml_conf_capabilities, nvmlConfComputeSystemCaps_t);
FIELD(cnvml_conf_capabilities, cpu, nvmlConfComputeSystemCaps_t, cpuCaps);
FIELD(cnvml_conf_capabilities, gpus, nvmlConfComputeSystemCaps_t, gpusCaps);

SIZE(cnvml_fabric_v2, nvmlGpuFabricInfo_v2_t);
FIELD(cnvml_fabric_v2, version, nvmlGpuFabricInfo_v2_t, version);
FIELD(cnvml_fabric_v2, cluster_uuid, nvmlGpuFabricInfo_v2_t, clusterUuid);
FIELD(cnvml_fabric_v2, status, nvmlGpuFabricInfo_v2_t, status);
FIELD(cnvml_fabric_v2, clique, nvmlGpuFabricInfo_v2_t, cliqueId);
FIELD(cnvml_fabric_v2, state, nvmlGpuFabricInfo_v2_t, state);
FIELD(cnvml_fabric_v2, health_mask, nvmlGpuFabricInfo_v2_t, healthMask);

#if NVML_API_VERSION >= 13
SIZE(cnvml_fabric_v3, nvmlGpuFabricInfo_v3_t);
FIELD(cnvml_fabric_v3, version, nvmlGpuFabricInfo_v3_t, version);
FIELD(cnvml_fabric_v3, cluster_uuid, nvmlGpuFabricInfo_v3_t, clusterUuid);
FIELD(cnvml_fabric_v3, status, nvmlGpuFabricInfo_v3_t, status);
FIELD(cnvml_fabric_v3, clique, nvmlGpuFabricInfo_v3_t, cliqueId);
FIELD(cnvml_fabric_v3, state, nvmlGpuFabricInfo_v3_t, state);
FIELD(cnvml_fabric_v3, health_mask, nvmlGpuFabricInfo_v3_t, healthMask);
FIELD(cnvml_fabric_v3, health_summary, nvmlGpuFabricInfo_v3_t, healthSummary);
SAME(CNVML_FABRIC_V3, nvmlGpuFabricInfo_v3);
SIZE(cnvml_nvlink_info, nvmlNvLinkInfo_v1_t);
FIELD(cnvml_nvlink_info, version, nvmlNvLinkInfo_v1_t, version);
FIELD(cnvml_nvlink_info, is_encrypted, nvmlNvLinkInfo_v1_t, isNvleEnabled);
SAME(CNVML_NVLINK_INFO_V1, nvmlNvLinkInfo_v1);
#endif

SIZE(cnvml_c2c_mode, nvmlC2cModeInfo_v1_t);
FIELD(cnvml_c2c_mode, is_enabled, nvmlC2cModeInfo_v1_t, isC2cEnabled);

SIZE(cnvml_gpm_support, nvmlGpmSupport_t);
FIELD(cnvml_gpm_support, version, nvmlGpmSupport_t, version);
FIELD(cnvml_gpm_support, is_supported, nvmlGpmSupport_t, isSupportedDevice);

SIZE(cnvml_gpm_metric, nvmlGpmMetric_t);
FIELD(cnvml_gpm_metric, metric, nvmlGpmMetric_t, metricId);
FIELD(cnvml_gpm_metric, status, nvmlGpmMetric_t, nvmlReturn);
FIELD(cnvml_gpm_metric, value, nvmlGpmMetric_t, value);
FIELD(cnvml_gpm_metric, short_name, nvmlGpmMetric_t, metricInfo.shortName);
FIELD(cnvml_gpm_metric, long_name, nvmlGpmMetric_t, metricInfo.longName);
FIELD(cnvml_gpm_metric, unit, nvmlGpmMetric_t, metricInfo.unit);

// Ours has room for more metrics than any release has.
_Static_assert(sizeof(cnvml_gpm_metrics) >= sizeof(nvmlGpmMetricsGet_t), "no room for every metric");
SIZE(((cnvml_gpm_metrics *)0)->metrics[0], ((nvmlGpmMetricsGet_t *)0)->metrics[0]);
SAME(offsetof(cnvml_gpm_metrics, metrics), offsetof(nvmlGpmMetricsGet_t, metrics));
FIELD(cnvml_gpm_metrics, version, nvmlGpmMetricsGet_t, version);
FIELD(cnvml_gpm_metrics, metric_count, nvmlGpmMetricsGet_t, numMetrics);
FIELD(cnvml_gpm_metrics, first, nvmlGpmMetricsGet_t, sample1);
FIELD(cnvml_gpm_metrics, second, nvmlGpmMetricsGet_t, sample2);

SAME(CNVML_MEMORY_V2, nvmlMemory_v2);
SAME(CNVML_GI_PROFILE_V2, nvmlGpuInstanceProfileInfo_v2);
SAME(CNVML_GI_PROFILE_V3, nvmlGpuInstanceProfileInfo_v3);
SAME(CNVML_CI_PROFILE_V2, nvmlComputeInstanceProfileInfo_v2);
SAME(CNVML_CI_PROFILE_V3, nvmlComputeInstanceProfileInfo_v3);
SAME(CNVML_FABRIC_V2, nvmlGpuFabricInfo_v2);
SAME(CNVML_CONF_SETTINGS_V1, nvmlSystemConfComputeSettings_v1);
SAME(CNVML_GPM_VERSION, NVML_GPM_METRICS_GET_VERSION);
SAME(CNVML_GPM_VERSION, NVML_GPM_SUPPORT_VERSION);

SAME(CNVML_SUCCESS, NVML_SUCCESS);
SAME(CNVML_INVALID_ARGUMENT, NVML_ERROR_INVALID_ARGUMENT);
SAME(CNVML_LIBRARY_NOT_FOUND, NVML_ERROR_LIBRARY_NOT_FOUND);
SAME(CNVML_FUNCTION_NOT_FOUND, NVML_ERROR_FUNCTION_NOT_FOUND);
SAME(CNVML_MEMORY, NVML_ERROR_MEMORY);
SIZE(cnvml_return, nvmlReturn_t);
SIZE(cnvml_ci_placement, nvmlComputeInstancePlacement_t);
SAME(offsetof(cnvml_ci_placement, size), offsetof(nvmlComputeInstancePlacement_t, size));

SAME(CNVML_NAME_SIZE, NVML_DEVICE_NAME_V2_BUFFER_SIZE);
SAME(CNVML_UUID_SIZE, NVML_DEVICE_UUID_V2_BUFFER_SIZE);
SAME(CNVML_VERSION_SIZE, NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE);
SAME(CNVML_VERSION_SIZE, NVML_SYSTEM_NVML_VERSION_BUFFER_SIZE);
SAME(CNVML_VBIOS_SIZE, NVML_DEVICE_VBIOS_VERSION_BUFFER_SIZE);
SAME(CNVML_GSP_VERSION_SIZE, NVML_GSP_FIRMWARE_VERSION_BUF_SIZE);
