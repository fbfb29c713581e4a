/// The entry points, once: wrapper, symbol, an older symbol of the same layout (or `none`), parameters, arguments.
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
    X(Init, nvmlInit_v2, none, (), ()) \
    X(Shutdown, nvmlShutdown, none, (), ()) \
    X(DriverVersion, nvmlSystemGetDriverVersion, none, (char *text, uint32_t size), (text, size)) \
    X(NVMLVersion, nvmlSystemGetNVMLVersion, none, (char *text, uint32_t size), (text, size)) \
    X(CudaDriverVersion, nvmlSystemGetCudaDriverVersion_v2, nvmlSystemGetCudaDriverVersion, \
      (int32_t *value), (value)) \
    X(ConfComputeState, nvmlSystemGetConfComputeState, none, (cnvml_conf_state *value), (value)) \
    X(ConfComputeSettings, nvmlSystemGetConfComputeSettings, none, (cnvml_conf_settings *value), (value)) \
    X(ConfComputeCapabilities, nvmlSystemGetConfComputeCapabilities, none, \
      (cnvml_conf_capabilities *value), (value)) \
    X(DeviceCount, nvmlDeviceGetCount_v2, none, (uint32_t *count), (count)) \
    X(HandleByIndex, nvmlDeviceGetHandleByIndex_v2, none, (uint32_t index, cnvml_device *device), \
      (index, device)) \
    X(HandleByUUID, nvmlDeviceGetHandleByUUID, none, (const char *uuid, cnvml_device *device), \
      (uuid, device)) \
    X(HandleByPciBusId, nvmlDeviceGetHandleByPciBusId_v2, none, \
      (const char *bus_id, cnvml_device *device), (bus_id, device))

#define CNVML_DEVICE_CALLS(X) \
    CNVML_TEXT(X, Name, nvmlDeviceGetName, none) \
    CNVML_TEXT(X, UUID, nvmlDeviceGetUUID, none) \
    CNVML_TEXT(X, VbiosVersion, nvmlDeviceGetVbiosVersion, none) \
    X(GspFirmwareVersion, nvmlDeviceGetGspFirmwareVersion, none, (cnvml_device device, char *text), \
      (device, text)) \
    CNVML_STRUCT(X, PciInfo, nvmlDeviceGetPciInfo_v3, none, cnvml_pci_info) \
    CNVML_NUMBER(X, Architecture, nvmlDeviceGetArchitecture, none) \
    X(ComputeCapability, nvmlDeviceGetCudaComputeCapability, none, \
      (cnvml_device device, int32_t *major, int32_t *minor), (device, major, minor)) \
    CNVML_NUMBER(X, MinorNumber, nvmlDeviceGetMinorNumber, none) \
    CNVML_NUMBER(X, NumaNodeId, nvmlDeviceGetNumaNodeId, none) \
    CNVML_NUMBER(X, VirtualizationMode, nvmlDeviceGetVirtualizationMode, none) \
    CNVML_NUMBER(X, HostVgpuMode, nvmlDeviceGetHostVgpuMode, none) \
    CNVML_NUMBER(X, PersistenceMode, nvmlDeviceGetPersistenceMode, none) \
    CNVML_NUMBER(X, ComputeMode, nvmlDeviceGetComputeMode, none) \
    CNVML_PAIR(X, EccMode, nvmlDeviceGetEccMode, none) \
    X(TotalEccErrors, nvmlDeviceGetTotalEccErrors, none, \
      (cnvml_device device, uint32_t kind, uint32_t counter, uint64_t *count), \
      (device, kind, counter, count)) \
    X(RemappedRows, nvmlDeviceGetRemappedRows, none, \
      (cnvml_device device, uint32_t *corrected, uint32_t *uncorrected, uint32_t *pending, \
       uint32_t *failed), (device, corrected, uncorrected, pending, failed)) \
    CNVML_STRUCT(X, MemoryInfo, nvmlDeviceGetMemoryInfo, none, cnvml_memory) \
    CNVML_STRUCT(X, MemoryInfoV2, nvmlDeviceGetMemoryInfo_v2, none, cnvml_memory_v2) \
    CNVML_STRUCT(X, Bar1MemoryInfo, nvmlDeviceGetBAR1MemoryInfo, none, cnvml_bar1_memory) \
    CNVML_STRUCT(X, UtilizationRates, nvmlDeviceGetUtilizationRates, none, cnvml_utilization) \
    CNVML_NUMBER(X, CurrPcieLinkGeneration, nvmlDeviceGetCurrPcieLinkGeneration, none) \
    CNVML_NUMBER(X, CurrPcieLinkWidth, nvmlDeviceGetCurrPcieLinkWidth, none) \
    CNVML_NUMBER(X, MaxPcieLinkGeneration, nvmlDeviceGetMaxPcieLinkGeneration, none) \
    CNVML_NUMBER(X, MaxPcieLinkWidth, nvmlDeviceGetMaxPcieLinkWidth, none) \
    CNVML_NUMBER(X, GpuMaxPcieLinkGeneration, nvmlDeviceGetGpuMaxPcieLinkGeneration, none) \
    CNVML_NUMBER(X, PcieSpeed, nvmlDeviceGetPcieSpeed, none) \
    CNVML_NUMBER(X, PcieReplayCounter, nvmlDeviceGetPcieReplayCounter, none) \
    CNVML_NUMBER(X, PowerUsage, nvmlDeviceGetPowerUsage, none) \
    CNVML_NUMBER(X, EnforcedPowerLimit, nvmlDeviceGetEnforcedPowerLimit, none) \
    CNVML_NUMBER(X, PowerManagementLimit, nvmlDeviceGetPowerManagementLimit, none) \
    CNVML_NUMBER(X, PowerManagementDefaultLimit, nvmlDeviceGetPowerManagementDefaultLimit, none) \
    CNVML_PAIR(X, PowerManagementLimitConstraints, nvmlDeviceGetPowerManagementLimitConstraints, none) \
    CNVML_STRUCT(X, TotalEnergyConsumption, nvmlDeviceGetTotalEnergyConsumption, none, uint64_t) \
    CNVML_NUMBER(X, PerformanceState, nvmlDeviceGetPerformanceState, none) \
    CNVML_SELECTED(X, ClockInfo, nvmlDeviceGetClockInfo, none) \
    CNVML_SELECTED(X, MaxClockInfo, nvmlDeviceGetMaxClockInfo, none) \
    CNVML_SELECTED(X, ApplicationsClock, nvmlDeviceGetApplicationsClock, none) \
    CNVML_STRUCT(X, CurrentClocksEventReasons, nvmlDeviceGetCurrentClocksEventReasons, \
                 nvmlDeviceGetCurrentClocksThrottleReasons, uint64_t) \
    CNVML_STRUCT(X, SupportedClocksEventReasons, nvmlDeviceGetSupportedClocksEventReasons, \
                 nvmlDeviceGetSupportedClocksThrottleReasons, uint64_t) \
    CNVML_SELECTED(X, Temperature, nvmlDeviceGetTemperature, none) \
    CNVML_PROCESSES(X, ComputeProcesses, nvmlDeviceGetComputeRunningProcesses_v3, \
                    nvmlDeviceGetComputeRunningProcesses_v2) \
    CNVML_PROCESSES(X, GraphicsProcesses, nvmlDeviceGetGraphicsRunningProcesses_v3, \
                    nvmlDeviceGetGraphicsRunningProcesses_v2) \
    CNVML_PROCESSES(X, MPSProcesses, nvmlDeviceGetMPSComputeRunningProcesses_v3, \
                    nvmlDeviceGetMPSComputeRunningProcesses_v2)

#define CNVML_LINK_CALLS(X) \
    X(TopologyCommonAncestor, nvmlDeviceGetTopologyCommonAncestor, none, \
      (cnvml_device one, cnvml_device other, uint32_t *level), (one, other, level)) \
    X(P2PStatus, nvmlDeviceGetP2PStatus, none, \
      (cnvml_device one, cnvml_device other, uint32_t capability, uint32_t *status), \
      (one, other, capability, status)) \
    CNVML_SELECTED(X, NvLinkState, nvmlDeviceGetNvLinkState, none) \
    CNVML_SELECTED(X, NvLinkVersion, nvmlDeviceGetNvLinkVersion, none) \
    CNVML_SELECTED(X, NvLinkRemoteDeviceType, nvmlDeviceGetNvLinkRemoteDeviceType, none) \
    X(NvLinkRemotePciInfo, nvmlDeviceGetNvLinkRemotePciInfo_v2, none, \
      (cnvml_device device, uint32_t link, cnvml_pci_info *value), (device, link, value)) \
    CNVML_STRUCT(X, NvLinkInfo, nvmlDeviceGetNvLinkInfo, none, cnvml_nvlink_info) \
    CNVML_STRUCT(X, FabricV2, nvmlDeviceGetGpuFabricInfoV, none, cnvml_fabric_v2) \
    CNVML_STRUCT(X, FabricV3, nvmlDeviceGetGpuFabricInfoV, none, cnvml_fabric_v3) \
    CNVML_STRUCT(X, C2cMode, nvmlDeviceGetC2cModeInfoV, none, cnvml_c2c_mode)

#define CNVML_MIG_CALLS(X) \
    CNVML_PAIR(X, MigMode, nvmlDeviceGetMigMode, none) \
    X(GIProfile, nvmlDeviceGetGpuInstanceProfileInfo, none, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile *value), (device, profile, value)) \
    X(GIProfileV2, nvmlDeviceGetGpuInstanceProfileInfoV, none, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile_v2 *value), (device, profile, value)) \
    X(GIProfileV3, nvmlDeviceGetGpuInstanceProfileInfoV, none, \
      (cnvml_device device, uint32_t profile, cnvml_gi_profile_v3 *value), (device, profile, value)) \
    X(GIPossiblePlacements, nvmlDeviceGetGpuInstancePossiblePlacements_v2, none, \
      (cnvml_device device, uint32_t profile_id, cnvml_placement *placements, uint32_t *count), \
      (device, profile_id, placements, count)) \
    CNVML_SELECTED(X, GIRemainingCapacity, nvmlDeviceGetGpuInstanceRemainingCapacity, none) \
    X(GIs, nvmlDeviceGetGpuInstances, none, \
      (cnvml_device device, uint32_t profile_id, cnvml_gpu_instance *instances, uint32_t *count), \
      (device, profile_id, instances, count)) \
    X(GIById, nvmlDeviceGetGpuInstanceById, none, \
      (cnvml_device device, uint32_t id, cnvml_gpu_instance *instance), (device, id, instance)) \
    X(GIInfo, nvmlGpuInstanceGetInfo, none, (cnvml_gpu_instance instance, cnvml_gi_info *value), \
      (instance, value)) \
    X(CIProfile, nvmlGpuInstanceGetComputeInstanceProfileInfo, none, \
      (cnvml_gpu_instance instance, uint32_t profile, uint32_t engines, cnvml_ci_profile *value), \
      (instance, profile, engines, value)) \
    X(CIProfileV2, nvmlGpuInstanceGetComputeInstanceProfileInfoV, none, \
      (cnvml_gpu_instance instance, uint32_t profile, uint32_t engines, cnvml_ci_profile_v2 *value), \
      (instance, profile, engines, value)) \
    X(CIPossiblePlacements, nvmlGpuInstanceGetComputeInstancePossiblePlacements, none, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_ci_placement *placements, uint32_t *count), \
      (instance, profile_id, placements, count)) \
    X(CIs, nvmlGpuInstanceGetComputeInstances, none, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_compute_instance *instances, \
       uint32_t *count), (instance, profile_id, instances, count)) \
    X(CIById, nvmlGpuInstanceGetComputeInstanceById, none, \
      (cnvml_gpu_instance instance, uint32_t id, cnvml_compute_instance *compute), (instance, id, compute)) \
    X(CIInfo, nvmlComputeInstanceGetInfo_v2, none, (cnvml_compute_instance compute, cnvml_ci_info *value), \
      (compute, value)) \
    CNVML_NUMBER(X, MaxMigDeviceCount, nvmlDeviceGetMaxMigDeviceCount, none) \
    X(MigDeviceByIndex, nvmlDeviceGetMigDeviceHandleByIndex, none, \
      (cnvml_device device, uint32_t index, cnvml_device *mig), (device, index, mig)) \
    CNVML_NUMBER(X, IsMigDevice, nvmlDeviceIsMigDeviceHandle, none) \
    CNVML_NUMBER(X, GIId, nvmlDeviceGetGpuInstanceId, none) \
    CNVML_NUMBER(X, CIId, nvmlDeviceGetComputeInstanceId, none) \
    CNVML_STRUCT(X, ParentOfMigDevice, nvmlDeviceGetDeviceHandleFromMigDeviceHandle, none, cnvml_device) \
    CNVML_STRUCT(X, Attributes, nvmlDeviceGetAttributes_v2, none, cnvml_attributes)

#define CNVML_GPM_CALLS(X) \
    CNVML_STRUCT(X, GpmSupport, nvmlGpmQueryDeviceSupport, none, cnvml_gpm_support) \
    X(GpmSampleAlloc, nvmlGpmSampleAlloc, none, (cnvml_gpm_sample *sample), (sample)) \
    X(GpmSampleFree, nvmlGpmSampleFree, none, (cnvml_gpm_sample sample), (sample)) \
    X(GpmSampleGet, nvmlGpmSampleGet, none, (cnvml_device device, cnvml_gpm_sample sample), \
      (device, sample)) \
    X(GpmMigSampleGet, nvmlGpmMigSampleGet, none, \
      (cnvml_device device, uint32_t gpu_instance, cnvml_gpm_sample sample), \
      (device, gpu_instance, sample)) \
    X(GpmMetricsGet, nvmlGpmMetricsGet, none, (cnvml_gpm_metrics *value), (value))

// Calls that change the GPU. Inspecting and measuring make none of them.
#define CNVML_CHANGING_CALLS(X) \
    X(SetMigMode, nvmlDeviceSetMigMode, none, (cnvml_device device, uint32_t mode, cnvml_return *activation), \
      (device, mode, activation)) \
    X(CreateGI, nvmlDeviceCreateGpuInstance, none, \
      (cnvml_device device, uint32_t profile_id, cnvml_gpu_instance *instance), \
      (device, profile_id, instance)) \
    X(CreateGIWithPlacement, nvmlDeviceCreateGpuInstanceWithPlacement, none, \
      (cnvml_device device, uint32_t profile_id, const cnvml_placement *placement, \
       cnvml_gpu_instance *instance), (device, profile_id, placement, instance)) \
    X(DestroyGI, nvmlGpuInstanceDestroy, none, (cnvml_gpu_instance instance), (instance)) \
    X(CreateCI, nvmlGpuInstanceCreateComputeInstance, none, \
      (cnvml_gpu_instance instance, uint32_t profile_id, cnvml_compute_instance *compute), \
      (instance, profile_id, compute)) \
    X(CreateCIWithPlacement, nvmlGpuInstanceCreateComputeInstanceWithPlacement, none, \
      (cnvml_gpu_instance instance, uint32_t profile_id, const cnvml_ci_placement *placement, \
       cnvml_compute_instance *compute), (instance, profile_id, placement, compute)) \
    X(DestroyCI, nvmlComputeInstanceDestroy, none, (cnvml_compute_instance compute), (compute))

#define CNVML_CALLS(X) \
    CNVML_SYSTEM_CALLS(X) \
    CNVML_DEVICE_CALLS(X) \
    CNVML_LINK_CALLS(X) \
    CNVML_MIG_CALLS(X) \
    CNVML_GPM_CALLS(X) \
    CNVML_CHANGING_CALLS(X)

#endif
