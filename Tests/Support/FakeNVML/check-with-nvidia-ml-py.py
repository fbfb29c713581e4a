#!/usr/bin/env python3
"""Reads the fake through NVIDIA's own Python binding, which knows the true layouts.

    LD_LIBRARY_PATH=FOLDER_WITH_THE_FAKE PYTHONPATH=FOLDER_WITH_pynvml check-with-nvidia-ml-py.py

The configuration beside the fake: GPU 0 an H200 with MIG on, 3g.71gb at 4 (instance 2, process 41 in it) and
1g.18gb at 0 (instance 7), GPU 1 an H200 with MIG off.
"""
from ctypes import byref, c_uint

import pynvml as n

n.nvmlInit()
assert n.nvmlSystemGetDriverVersion() == "570.133.20"
assert n.nvmlDeviceGetCount() == 2
gpu, other = n.nvmlDeviceGetHandleByIndex(0), n.nvmlDeviceGetHandleByIndex(1)
assert n.nvmlDeviceGetName(gpu) == "NVIDIA H200"
pci = n.nvmlDeviceGetPciInfo_v3(gpu)
assert (pci.bus, pci.pciDeviceId, pci.busId) == (0x17, 0x233510DE, "00000000:17:00.0"), pci
assert n.nvmlDeviceGetMigMode(gpu) == [1, 1] and n.nvmlDeviceGetMigMode(other) == [0, 0]
assert n.nvmlDeviceGetCudaComputeCapability(gpu) == (9, 0)
assert n.nvmlDeviceGetMemoryInfo(other, version=n.nvmlMemory_v2).total == 143771 << 20
assert n.nvmlSystemGetConfComputeState().environment == 2
for version in (1, 2):
    info = n.nvmlDeviceGetGpuInstanceProfileInfo(gpu, n.NVML_GPU_INSTANCE_PROFILE_3_SLICE, version=version)
    assert (info.id, info.sliceCount, info.multiprocessorCount, info.memorySizeMB) == (9, 3, 60, 71168), version
    if version == 2:
        assert info.name == "MIG 3g.71gb", info.name
count = c_uint()
n.nvmlDeviceGetGpuInstancePossiblePlacements(gpu, 9, None, byref(count))
placements = (n.c_nvmlGpuInstancePlacement_t * count.value)()
n.nvmlDeviceGetGpuInstancePossiblePlacements(gpu, 9, placements, byref(count))
assert [(p.start, p.size) for p in placements] == [(0, 4), (4, 4)]
instance = n.nvmlGpuInstanceGetInfo(n.nvmlDeviceGetGpuInstanceById(gpu, 2))
assert (instance.id, instance.profileId, instance.placement.start, instance.placement.size) == (2, 9, 4, 4)
mig = n.nvmlDeviceGetMigDeviceHandleByIndex(gpu, 0)
assert n.nvmlDeviceGetUUID(mig).startswith("MIG-") and n.nvmlDeviceGetGpuInstanceId(mig) == 2
assert n.nvmlDeviceGetAttributes_v2(mig).memorySizeMB == 71168
assert [(p.pid, p.usedGpuMemory, p.gpuInstanceId) for p in n.nvmlDeviceGetComputeRunningProcesses_v3(mig)] == [(41, 1000, 2)]
fabric = n.c_nvmlGpuFabricInfo_v3_t()
n.nvmlDeviceGetGpuFabricInfoV(gpu, byref(fabric))
assert (fabric.state, fabric.healthSummary) == (3, 1)
assert n.nvmlDeviceGetP2PStatus(gpu, other, 0) == 5
assert n.nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice == 1
made = n.nvmlDeviceCreateGpuInstanceWithPlacement(gpu, 14, byref(n.c_nvmlGpuInstancePlacement_t(2, 2)))
assert n.nvmlGpuInstanceGetInfo(made).placement.start == 2
n.nvmlGpuInstanceDestroy(made)
n.nvmlShutdown()
print("NVIDIA's binding reads the fake as it should")
