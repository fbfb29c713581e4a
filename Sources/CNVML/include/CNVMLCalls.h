/// The entry points, once: wrapper, symbol, an older symbol of the same layout (or NULL), parameters, arguments.
///
/// Symbols carry their suffix: the unsuffixed name of a suffixed call is the oldest layout. An older symbol stands
/// only where its signature and its structs are the same.
#ifndef CNVML_CALLS_H
#define CNVML_CALLS_H

// device, unsigned int *
#define CNVML_NUMBER(X, wrapper, symbol, older) \
    X(wrapper, symbol, older, (cnvml_device device, uint32_t *value), (device, value))
// device, unsigned int *, unsigned int *
#define CNVML_PAIR(X, wrapper, symbol, older) \
    X(wrapper, symbol, older, (cnvml_device device, uint32_t *first, uint32_t *second), \
      (device, first, second))
// device, selector, unsigned int *
#define CNVML_SELECTED(X, wrapper, symbol, older) \
    X(wrapper, symbol, older, (cnvml_device device, uint32_t selector, uint32_t *value), \
      (device, selector, value))
// device, char *, size
#define CNVML_TEXT(X, wrapper, symbol, older) \
    X(wrapper, symbol, older, (cnvml_device device, char *text, uint32_t size), (device, text, size))
// device, struct *
#define CNVML_STRUCT(X, wrapper, symbol, older, type) \
    X(wrapper, symbol, older, (cnvml_device device, type *value), (device, value))
// device, unsigned int *count, process *
#define CNVML_PROCESSES(X, wrapper, symbol, older) \
    X(wrapper, symbol, older, (cnvml_device device, uint32_t *count, cnvml_process *processes), \
      (device, count, processes))

#define CNVML_SYSTEM_CALLS(X) \
    X(Init, "nvmlInit_v2", NULL, (), ()) \
    X(Shutdown, "nvmlShutdown", NULL, (), ()) \
    X(DriverVersion, "nvmlSystemGetDriverVersion", NULL, (char *text, uint32_t size), (text, size)) \
    X(NVMLVersion, "nvmlSystemGetNVMLVersion", NULL, (char *text, uint32_t size), (text, size)) \
    X(CudaDriverVersion, "nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion", \
      (int32_t *value), (value)) \
    X(ConfComputeState, "nvmlSystemGetConfComputeState", NULL, (cnvml_conf_state *value), (value)) \
    X(ConfComputeSettings, "nvmlSystemGetConfComputeSettings", NULL, (cnvml_conf_settings *value), (value)) \
    X(ConfComputeCapabilities, "nvmlSystemGetConfComputeCapabilities", NULL, \
      (cnvml_conf_capabilities *value), (value)) \
    X(DeviceCount, "nvmlDeviceGetCount_v2", NULL, (uint32_t *count), (count)) \
    X(HandleByIndex, "nvmlDeviceGetHandleByIndex_v2", NULL, (uint32_t index, cnvml_device *device), \
      (index, device)) \
    X(HandleByUUID, "nvmlDeviceGetHandleByUUID", NULL, (const char *uuid, cnvml_device *device), \
      (uuid, device)) \
    X(HandleByPciBusId, "nvmlDeviceGetHandleByPciBusId_v2", NULL, \
      (const char *bus_id, cnvml_device *device), (bus_id, device))

#define CNVML_DEVICE_CALLS(X) \
    CNVML_TEXT(X, Name, "nvmlDeviceGetName", NULL) \
    CNVML_TEXT(X, UUID, "nvmlDeviceGetUUID", NULL) \
    CNVML_TEXT(X, VbiosVersion, "nvmlDeviceGetVbiosVersion", NULL) \
    X(GspFirmwareVersion, "nvmlDeviceGetGspFirmwareVersion", NULL, (cnvml_device device, char *text), \
      (device, text)) \
    CNVML_STRUCT(X, PciInfo, "nvmlDeviceGetPciInfo_v3", NULL, cnvml_pci_info) \
    CNVML_NUMBER(X, Architecture, "nvmlDeviceGetArchitecture", NULL) \
    CNVML_PAIR(X, ComputeCapability, "nvmlDeviceGetCudaComputeCapability", NULL) \
    CNVML_NUMBER(X, MinorNumber, "nvmlDeviceGetMinorNumber", NULL) \
    CNVML_NUMBER(X, NumaNodeId, "nvmlDeviceGetNumaNodeId", NULL) \
    CNVML_NUMBER(X, VirtualizationMode, "nvmlDeviceGetVirtualizationMode", NULL) \
    CNVML_NUMBER(X, HostVgpuMode, "nvmlDeviceGetHostVgpuMode", NULL) \
    CNVML_NUMBER(X, PersistenceMode, "nvmlDeviceGetPersistenceMode", NULL) \
    CNVML_NUMBER(X, ComputeMode, "nvmlDeviceGetComputeMode", NULL) \
    CNVML_PAIR(X, EccMode, "nvmlDeviceGetEccMode", NULL) \
    X(TotalEccErrors, "nvmlDeviceGetTotalEccErrors", NULL, \
      (cnvml_device device, uint32_t kind, uint32_t counter, uint64_t *count), \
      (device, kind, counter, count)) \
    X(RemappedRows, "nvmlDeviceGetRemappedRows", NULL, \
      (cnvml_device device, uint32_t *corrected, uint32_t *uncorrected, uint32_t *pending, \
       uint32_t *failed), (device, corrected, uncorrected, pending, failed)) \
    CNVML_STRUCT(X, MemoryInfo, "nvmlDeviceGetMemoryInfo", NULL, cnvml_memory) \
    CNVML_STRUCT(X, MemoryInfoV2, "nvmlDeviceGetMemoryInfo_v2", NULL, cnvml_memory_v2) \
    CNVML_STRUCT(X, Bar1MemoryInfo, "nvmlDeviceGetBAR1MemoryInfo", NULL, cnvml_bar1_memory) \
    CNVML_STRUCT(X, UtilizationRates, "nvmlDeviceGetUtilizationRates", NULL, cnvml_utilization) \
    CNVML_NUMBER(X, CurrPcieLinkGeneration, "nvmlDeviceGetCurrPcieLinkGeneration", NULL) \
    CNVML_NUMBER(X, CurrPcieLinkWidth, "nvmlDeviceGetCurrPcieLinkWidth", NULL) \
    CNVML_NUMBER(X, MaxPcieLinkGeneration, "nvmlDeviceGetMaxPcieLinkGeneration", NULL) \
    CNVML_NUMBER(X, MaxPcieLinkWidth, "nvmlDeviceGetMaxPcieLinkWidth", NULL) \
    CNVML_NUMBER(X, GpuMaxPcieLinkGeneration, "nvmlDeviceGetGpuMaxPcieLinkGeneration", NULL) \
    CNVML_NUMBER(X, PcieSpeed, "nvmlDeviceGetPcieSpeed", NULL) \
    CNVML_NUMBER(X, PcieReplayCounter, "nvmlDeviceGetPcieReplayCounter", NULL) \
    CNVML_NUMBER(X, PowerUsage, "nvmlDeviceGetPowerUsage", NULL) \
    CNVML_NUMBER(X, EnforcedPowerLimit, "nvmlDeviceGetEnforcedPowerLimit", NULL) \
    CNVML_NUMBER(X, PowerManagementLimit, "nvmlDeviceGetPowerManagementLimit", NULL) \
    CNVML_NUMBER(X, PowerManagementDefaultLimit, "nvmlDeviceGetPowerManagementDefaultLimit", NULL) \
    CNVML_PAIR(X, PowerManagementLimitConstraints, "nvmlDeviceGetPowerManagementLimitConstraints", NULL) \
    CNVML_STRUCT(X, TotalEnergyConsumption, "nvmlDeviceGetTotalEnergyConsumption", NULL, uint64_t) \
    CNVML_NUMBER(X, PerformanceState, "nvmlDeviceGetPerformanceState", NULL) \
    CNVML_SELECTED(X, ClockInfo, "nvmlDeviceGetClockInfo", NULL) \
    CNVML_SELECTED(X, MaxClockInfo, "nvmlDeviceGetMaxClockInfo", NULL) \
    CNVML_SELECTED(X, ApplicationsClock, "nvmlDeviceGetApplicationsClock", NULL) \
    CNVML_STRUCT(X, CurrentClocksEventReasons, "nvmlDeviceGetCurrentClocksEventReasons", \
                 "nvmlDeviceGetCurrentClocksThrottleReasons", uint64_t) \
    CNVML_STRUCT(X, SupportedClocksEventReasons, "nvmlDeviceGetSupportedClocksEventReasons", \
                 "nvmlDeviceGetSupportedClocksThrottleReasons", uint64_t) \
    CNVML_SELECTED(X, Temperature, "nvmlDeviceGetTemperature", NULL) \
    CNVML_PROCESSES(X, ComputeProcesses, "nvmlDeviceGetComputeRunningProcesses_v3", \
                    "nvmlDeviceGetComputeRunningProcesses_v2") \
    CNVML_PROCESSES(X, GraphicsProcesses, "nvmlDeviceGetGraphicsRunningProcesses_v3", \
                    "nvmlDeviceGetGraphicsRunningProcesses_v2") \
    CNVML_PROCESSES(X, MPSProcesses, "nvmlDeviceGetMPSComputeRunningProcesses_v3", \
                    "nvmlDeviceGetMPSComputeRunningProcesses_v2")

#define CNVML_LINK_CALLS(X) \
    X(TopologyCommonAncestor, "nvmlDeviceGetTopologyCommonAncestor", NULL, \
      (cnvml_device one, cnvml_device other, uint32_t *level), (one, other, level)) \
    X(P2PStatus, "nvmlDeviceGetP2PStatus", NULL, \
      (cnvml_device one, cnvml_device other, uint32_t capability, uint32_t *status), \
      (one, other, capability, status)) \
    CNVML_SELECTED(X, NvLinkState, "nvmlDeviceGetNvLinkState", NULL) \
    CNVML_SELECTED(X, NvLinkVersion, "nvmlDeviceGetNvLinkVersion", NULL) \
    CNVML_SELECTED(X, NvLinkRemoteDeviceType, "nvmlDeviceGetNvLinkRemoteDeviceType", NULL) \
    X(NvLinkRemotePciInfo, "nvmlDeviceGetNvLinkRemotePciInfo_v2", NULL, \
      (cnvml_device device, uint32_t link, cnvml_pci_info *value), (device, link, value)) \
    CNVML_STRUCT(X, NvLinkInfo, "nvmlDeviceGetNvLinkInfo", NULL, cnvml_nvlink_info) \
    CNVML_STRUCT(X, FabricV2, "nvmlDeviceGetGpuFabricInfoV", NULL, cnvml_fabric_v2) \
    CNVML_STRUCT(X, FabricV3, "nvmlDeviceGetGpuFabricInfoV", NULL, cnvml_fabric_v3) \
    CNVML_STRUCT(X, C2cMode, "nvmlDeviceGetC2cModeInfoV", NULL, cnvml_c2c_mode)

#define CNVML_MIG_CALLS(X) \
    CNVML_PAIR(X, MigMode, "nvmlDeviceGetMigMode", NULL) \
    X(GIProfile, "nvmlDeviceGetGpuInstanceProfileInfo", NULL, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile *value), (device, profile, value)) \
    X(GIProfileV2, "nvmlDeviceGetGpuInstanceProfileInfoV", NULL, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile_v2 *value), (device, profile, value)) \
    X(GIProfileV3, "nvmlDeviceGetGpuInstanceProfileInfoV", NULL, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile_v3 *value), (device, profile, value)) \
    X(GIPossiblePlacements, "nvmlDeviceGetGpuInstancePossiblePlacements_v2", NULL, \
      (cnvml_device device, uint32_t profile_id, cnvml_placement *placements, uint32_t *count), \
      (device, profile_id, placements, count)) \
    CNVML_SELECTED(X, GIRemainingCapacity, "nvmlDeviceGetGpuInstanceRemainingCapacity", NULL) \
    X(GIs, "nvmlDeviceGetGpuInstances", NULL, \
      (cnvml_device device, uint32_t profile_id, cnvml_gpu_instance *instances, uint32_t *count), \
      (device, profile_id, instances, count)) \
    X(GIById, "nvmlDeviceGetGpuInstanceById", NULL, \
      (cnvml_device device, uint32_t id, cnvml_gpu_instance *instance), (device, id, instance)) \
    X(GIInfo, "nvmlGpuInstanceGetInfo", NULL, (cnvml_gpu_instance instance, cnvml_gi_info *value), \
      (instance, value)) \
    X(CIProfile, "nvmlGpuInstanceGetComputeInstanceProfileInfo", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile, uint32_t engines, cnvml_ci_profile *value), \
      (instance, profile, engines, value)) \
    X(CIProfileV2, "nvmlGpuInstanceGetComputeInstanceProfileInfoV", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile, uint32_t engines, cnvml_ci_profile_v2 *value), \
      (instance, profile, engines, value)) \
    X(CIPossiblePlacements, "nvmlGpuInstanceGetComputeInstancePossiblePlacements", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_placement *placements, uint32_t *count), \
      (instance, profile_id, placements, count)) \
    X(CIs, "nvmlGpuInstanceGetComputeInstances", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_compute_instance *instances, \
       uint32_t *count), (instance, profile_id, instances, count)) \
    X(CIById, "nvmlGpuInstanceGetComputeInstanceById", NULL, \
      (cnvml_gpu_instance instance, uint32_t id, cnvml_compute_instance *compute), (instance, id, compute)) \
    X(CIInfo, "nvmlComputeInstanceGetInfo_v2", NULL, (cnvml_compute_instance compute, cnvml_ci_info *value), \
      (compute, value)) \
    CNVML_NUMBER(X, MaxMigDeviceCount, "nvmlDeviceGetMaxMigDeviceCount", NULL) \
    X(MigDeviceByIndex, "nvmlDeviceGetMigDeviceHandleByIndex", NULL, \
      (cnvml_device device, uint32_t index, cnvml_device *mig), (device, index, mig)) \
    CNVML_NUMBER(X, IsMigDevice, "nvmlDeviceIsMigDeviceHandle", NULL) \
    CNVML_NUMBER(X, GIId, "nvmlDeviceGetGpuInstanceId", NULL) \
    CNVML_NUMBER(X, CIId, "nvmlDeviceGetComputeInstanceId", NULL) \
    CNVML_STRUCT(X, ParentOfMigDevice, "nvmlDeviceGetDeviceHandleFromMigDeviceHandle", NULL, cnvml_device) \
    CNVML_STRUCT(X, Attributes, "nvmlDeviceGetAttributes_v2", NULL, cnvml_attributes)

#define CNVML_GPM_CALLS(X) \
    CNVML_STRUCT(X, GpmSupport, "nvmlGpmQueryDeviceSupport", NULL, cnvml_gpm_support) \
    X(GpmSampleAlloc, "nvmlGpmSampleAlloc", NULL, (cnvml_gpm_sample *sample), (sample)) \
    X(GpmSampleFree, "nvmlGpmSampleFree", NULL, (cnvml_gpm_sample sample), (sample)) \
    X(GpmSampleGet, "nvmlGpmSampleGet", NULL, (cnvml_device device, cnvml_gpm_sample sample), \
      (device, sample)) \
    X(GpmMigSampleGet, "nvmlGpmMigSampleGet", NULL, \
      (cnvml_device device, uint32_t gpu_instance, cnvml_gpm_sample sample), \
      (device, gpu_instance, sample)) \
    X(GpmMetricsGet, "nvmlGpmMetricsGet", NULL, (cnvml_gpm_metrics *value), (value))

// Calls that change the GPU. Inspecting and measuring make none of them.
#define CNVML_CHANGING_CALLS(X) \
    X(SetMigMode, "nvmlDeviceSetMigMode", NULL, (cnvml_device device, uint32_t mode, int32_t *activation), \
      (device, mode, activation)) \
    X(CreateGI, "nvmlDeviceCreateGpuInstance", NULL, \
      (cnvml_device device, uint32_t profile_id, cnvml_gpu_instance *instance), \
      (device, profile_id, instance)) \
    X(CreateGIWithPlacement, "nvmlDeviceCreateGpuInstanceWithPlacement", NULL, \
      (cnvml_device device, uint32_t profile_id, const cnvml_placement *placement, \
       cnvml_gpu_instance *instance), (device, profile_id, placement, instance)) \
    X(DestroyGI, "nvmlGpuInstanceDestroy", NULL, (cnvml_gpu_instance instance), (instance)) \
    X(CreateCI, "nvmlGpuInstanceCreateComputeInstance", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_compute_instance *compute), \
      (instance, profile_id, compute)) \
    X(CreateCIWithPlacement, "nvmlGpuInstanceCreateComputeInstanceWithPlacement", NULL, \
      (cnvml_gpu_instance instance, uint32_t profile_id, const cnvml_placement *placement, \
       cnvml_compute_instance *compute), (instance, profile_id, placement, compute)) \
    X(DestroyCI, "nvmlComputeInstanceDestroy", NULL, (cnvml_compute_instance compute), (compute))

#define CNVML_CALLS(X) \
    CNVML_SYSTEM_CALLS(X) \
    CNVML_DEVICE_CALLS(X) \
    CNVML_LINK_CALLS(X) \
    CNVML_MIG_CALLS(X) \
    CNVML_GPM_CALLS(X) \
    CNVML_CHANGING_CALLS(X)

#endif
