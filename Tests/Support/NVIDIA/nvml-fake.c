// The fake NVML's functions, called as Sources/CNVML calls them: compiled, never run. What the table says is held
// against NVIDIA's header in nvml-calls.c, so what agrees with it here is what NVIDIA declares.
#define _GNU_SOURCE
#include "FakeNVML/state.c"
#include "FakeNVML/configuration.c"
#include "FakeNVML/system.c"
#include "FakeNVML/device.c"
#include "FakeNVML/links.c"
#include "FakeNVML/mig.c"
#include "FakeNVML/instances.c"
#include "FakeNVML/gpm.c"

#define CNVML_TYPES_H
#define uint64_t unsigned long long
#define cnvml_device void *
#define cnvml_gpu_instance void *
#define cnvml_compute_instance void *
#define cnvml_gpm_sample void *
#define cnvml_return int
#define cnvml_ci_placement void
#define cnvml_pci_info void
#define cnvml_memory void
#define cnvml_memory_v2 void
#define cnvml_bar1_memory void
#define cnvml_utilization void
#define cnvml_process void
#define cnvml_placement void
#define cnvml_gi_profile void
#define cnvml_gi_profile_v2 void
#define cnvml_gi_profile_v3 void
#define cnvml_gi_info void
#define cnvml_ci_profile void
#define cnvml_ci_profile_v2 void
#define cnvml_ci_profile_v3 void
#define cnvml_ci_info void
#define cnvml_attributes void
#define cnvml_conf_state void
#define cnvml_conf_settings void
#define cnvml_conf_capabilities void
#define cnvml_fabric_v2 void
#define cnvml_fabric_v3 void
#define cnvml_nvlink_info void
#define cnvml_c2c_mode void
#define cnvml_gpm_support void
#define cnvml_gpm_metric void
#define cnvml_gpm_metrics void
#include "CNVMLCalls.h"

#define CALLED(wrapper, symbol, older, parameters, arguments) \
    int call_##wrapper parameters; \
    int call_##wrapper parameters { return symbol arguments; }
CNVML_CALLS(CALLED)
