// The documented sizes and offsets (x86_64 and AArch64 Linux, LP64). A build that would disagree with NVML stops here.
#include "CNVML.h"

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has another size than NVML's")
#define AT(type, field, offset) \
    _Static_assert(offsetof(type, field) == (offset), #type "." #field " stands elsewhere in NVML's")

SIZE(cnvml_pci_info, 68);
AT(cnvml_pci_info, domain, 16);
AT(cnvml_pci_info, bus, 20);
AT(cnvml_pci_info, device, 24);
AT(cnvml_pci_info, pci_device_id, 28);
AT(cnvml_pci_info, pci_subsystem_id, 32);
AT(cnvml_pci_info, bus_id, 36);

SIZE(cnvml_memory, 24);
AT(cnvml_memory, total, 0);
AT(cnvml_memory, free, 8);
AT(cnvml_memory, used, 16);
SIZE(cnvml_memory_v2, 40);
AT(cnvml_memory_v2, total, 8);
AT(cnvml_memory_v2, reserved, 16);
AT(cnvml_memory_v2, free, 24);
AT(cnvml_memory_v2, used, 32);
SIZE(cnvml_bar1_memory, 24);
SIZE(cnvml_utilization, 8);

SIZE(cnvml_process, 24);
AT(cnvml_process, pid, 0);
AT(cnvml_process, used_memory, 8);
AT(cnvml_process, gpu_instance, 16);
AT(cnvml_process, compute_instance, 20);

SIZE(cnvml_placement, 8);
AT(cnvml_placement, start, 0);
AT(cnvml_placement, size, 4);

SIZE(cnvml_gi_profile, 48);
AT(cnvml_gi_profile, id, 0);
AT(cnvml_gi_profile, is_p2p_supported, 4);
AT(cnvml_gi_profile, slice_count, 8);
AT(cnvml_gi_profile, instance_count, 12);
AT(cnvml_gi_profile, multiprocessor_count, 16);
AT(cnvml_gi_profile, copy_engines, 20);
AT(cnvml_gi_profile, decoders, 24);
AT(cnvml_gi_profile, encoders, 28);
AT(cnvml_gi_profile, jpegs, 32);
AT(cnvml_gi_profile, ofas, 36);
AT(cnvml_gi_profile, memory_mib, 40);

SIZE(cnvml_gi_profile_v2, 152);
AT(cnvml_gi_profile_v2, id, 4);
AT(cnvml_gi_profile_v2, is_p2p_supported, 8);
AT(cnvml_gi_profile_v2, slice_count, 12);
AT(cnvml_gi_profile_v2, instance_count, 16);
AT(cnvml_gi_profile_v2, multiprocessor_count, 20);
AT(cnvml_gi_profile_v2, copy_engines, 24);
AT(cnvml_gi_profile_v2, ofas, 40);
AT(cnvml_gi_profile_v2, memory_mib, 48);
AT(cnvml_gi_profile_v2, name, 56);

SIZE(cnvml_gi_profile_v3, 152);
AT(cnvml_gi_profile_v3, id, 4);
AT(cnvml_gi_profile_v3, slice_count, 8);
AT(cnvml_gi_profile_v3, instance_count, 12);
AT(cnvml_gi_profile_v3, multiprocessor_count, 16);
AT(cnvml_gi_profile_v3, copy_engines, 20);
AT(cnvml_gi_profile_v3, ofas, 36);
AT(cnvml_gi_profile_v3, memory_mib, 40);
AT(cnvml_gi_profile_v3, name, 48);
AT(cnvml_gi_profile_v3, capabilities, 144);

SIZE(cnvml_gi_info, 24);
AT(cnvml_gi_info, device, 0);
AT(cnvml_gi_info, id, 8);
AT(cnvml_gi_info, profile_id, 12);
AT(cnvml_gi_info, placement, 16);

SIZE(cnvml_ci_profile, 36);
SIZE(cnvml_ci_profile_v2, 136);
AT(cnvml_ci_profile_v2, id, 4);
AT(cnvml_ci_profile_v2, slice_count, 8);
AT(cnvml_ci_profile_v2, ofas, 36);
AT(cnvml_ci_profile_v2, name, 40);
SIZE(cnvml_ci_profile_v3, 140);
AT(cnvml_ci_profile_v3, capabilities, 136);

SIZE(cnvml_ci_info, 32);
AT(cnvml_ci_info, device, 0);
AT(cnvml_ci_info, gpu_instance, 8);
AT(cnvml_ci_info, id, 16);
AT(cnvml_ci_info, profile_id, 20);
AT(cnvml_ci_info, placement, 24);

SIZE(cnvml_attributes, 40);
AT(cnvml_attributes, multiprocessor_count, 0);
AT(cnvml_attributes, gpu_instance_slices, 24);
AT(cnvml_attributes, compute_instance_slices, 28);
AT(cnvml_attributes, memory_mib, 32);

SIZE(cnvml_conf_state, 12);
SIZE(cnvml_conf_settings, 20);
AT(cnvml_conf_settings, multi_gpu, 16);
SIZE(cnvml_conf_capabilities, 8);

SIZE(cnvml_fabric_v2, 36);
AT(cnvml_fabric_v2, cluster_uuid, 4);
AT(cnvml_fabric_v2, status, 20);
AT(cnvml_fabric_v2, clique, 24);
AT(cnvml_fabric_v2, state, 28);
AT(cnvml_fabric_v2, health_mask, 32);
// The state is one byte: the three behind it may hold anything.
_Static_assert(sizeof(((cnvml_fabric_v3 *)0)->state) == 1, "the fabric's state is one byte");
SIZE(cnvml_fabric_v3, 40);
AT(cnvml_fabric_v3, health_mask, 32);
AT(cnvml_fabric_v3, health_summary, 36);

SIZE(cnvml_nvlink_info, 8);
SIZE(cnvml_c2c_mode, 4);

SIZE(cnvml_gpm_support, 8);
SIZE(cnvml_gpm_metric, 40);
AT(cnvml_gpm_metric, value, 8);
AT(cnvml_gpm_metrics, first, 8);
AT(cnvml_gpm_metrics, second, 16);
AT(cnvml_gpm_metrics, metrics, 24);

// The versions as constants that Swift can read are the ones that the formula gives.
#define VERSION(constant, type, version) \
    _Static_assert((constant) == CNVML_STRUCT_VERSION(type, version), #constant " is not the version of " #type)

VERSION(CNVML_MEMORY_V2, cnvml_memory_v2, 2);
VERSION(CNVML_GI_PROFILE_V2, cnvml_gi_profile_v2, 2);
VERSION(CNVML_GI_PROFILE_V3, cnvml_gi_profile_v3, 3);
VERSION(CNVML_CI_PROFILE_V2, cnvml_ci_profile_v2, 2);
VERSION(CNVML_CI_PROFILE_V3, cnvml_ci_profile_v3, 3);
VERSION(CNVML_FABRIC_V2, cnvml_fabric_v2, 2);
VERSION(CNVML_FABRIC_V3, cnvml_fabric_v3, 3);
VERSION(CNVML_CONF_SETTINGS_V1, cnvml_conf_settings, 1);
VERSION(CNVML_NVLINK_INFO_V1, cnvml_nvlink_info, 1);
