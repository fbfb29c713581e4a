"""Writes a made-up host as a folder of files, for `assay inspect --from`: what the healthcare example's auditor is shown.

Nothing was copied from a machine: each file says what its documentation says such a file holds. Usage: example_hosts.py NAME
FOLDER, with NAME one of the hosts below.
"""

import os
import sys

INTEL = {
    "cpuid/00000000-00000000": "00000020 756e6547 6c65746e 49656e69",
    "cpuid/00000001-00000000": "000806f8 00800800 77fefbff bfebfbff",
    "cpuid/40000000-00000000": "00000000 00000001 00000100 00000000",
    "cpuid/40000100-00000000": "00000000 00000001 00000100 00000000",
    "cpuid/80000000-00000000": "80000008 00000000 00000000 00000000",
    "cpuid/00000021-00000000": "00000000 00000000 00000000 00000000",
    "cpuid/cost-ticks": "121",
    "proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nmodel name : Intel(R) Xeon(R) Platinum 8462Y+\n"
    "flags : fpu tsc vmx constant_tsc nonstop_tsc avx512f\nprocessor : 1",
    "proc/meminfo": "MemTotal: 1056760000 kB",
    "proc/stat": "cpu 100 0 100 10000 5 0 3 0 0 0",
    "proc/version": "Linux version 6.8.0-79-generic",
    "proc/sys/kernel/osrelease": "6.8.0-79-generic",
    "proc/cmdline": "intel_iommu=on mitigations=auto",
    "proc/1/cgroup": "0::/init.scope",
    "sys/class/dmi/id/sys_vendor": "Example Systems",
    "sys/class/dmi/id/product_name": "GPU server (made up)",
    "sys/class/dmi/id/bios_vendor": "Example Firmware",
    "sys/class/dmi/id/bios_version": "2.4.1",
    "sys/class/dmi/id/bios_date": "03/11/2026",
    "sys/devices/system/cpu/cpufreq/policy0/scaling_governor": "performance",
    "sys/devices/system/cpu/vulnerabilities/meltdown": "Not affected",
    "sys/devices/system/cpu/vulnerabilities/spectre_v2": "Mitigation: Enhanced / Automatic IBRS",
    "sys/devices/system/node/node0/cpulist": "0-31",
    "sys/devices/system/node/node1/cpulist": "32-63",
    "sys/class/powercap/intel-rapl/name": "",
    "sys/devices/system/edac/mc/mc0/name": "",
    "sys/class/ipmi/ipmi0": "",
    "sys/kernel/mm/ksm/run": "0",
    "run/auditd.pid": "",
    "var/log/journal/keep": "",
}

SIGNED = {
    "sys/class/tpm/tpm0/tpm_version_major": "2",
    "sys/kernel/security/tpm0/binary_bios_measurements": "",
    "sys/module/module/parameters/sig_enforce": "Y",
}

VARIABLE = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


def gpus(count, first, mig, mode):
    files = {"proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module 580.95.05"}
    lines = ["nvmlInit() = ok", "nvmlSystemGetDriverVersion() = 580.95.05", f"nvmlDeviceGetCount() = {count}"]
    for index in range(count):
        address = f"0000:{0x17 + 16 * index:02x}:00.0"
        folder = f"sys/bus/pci/devices/{address}"
        files |= {
            f"{folder}/vendor": "0x10de", f"{folder}/device": "0x2321", f"{folder}/class": "0x030200",
            f"{folder}/numa_node": str(index * 2 // max(count, 1)),
            f"{folder}/iommu_group": f"-> ../../../../kernel/iommu_groups/{40 + index}",
            f"{folder}/driver": "-> ../../../../bus/pci/drivers/nvidia",
            f"sys/kernel/iommu_groups/{40 + index}/type": "DMA-FQ",
            f"sys/kernel/iommu_groups/{40 + index}/devices/{address}": "",
        }
        lines += [
            f"nvmlDeviceGetName({index}) = NVIDIA H100 NVL",
            f"nvmlDeviceGetUUID({index}) = GPU-00000000-0000-0000-0000-0000000000{first + index:02d}",
            f"nvmlDeviceGetPciInfo({index}) = 0000{address} 0x232110DE 0x183910DE",
            f"nvmlDeviceGetMigMode({index}) = {mig} {mig}",
            f"nvmlDeviceGetEccMode({index}) = 1 1",
            f"nvmlDeviceGetPersistenceMode({index}) = 1",
            f"nvmlDeviceGetVirtualizationMode({index}) = {mode}",
        ]
    return files | {"nvml.txt": "\n".join(lines)}


HOSTS = {
    # The pilot's host with slices, set up with care: an encrypted root below LVM, a clock that chrony keeps.
    "icu03": INTEL | SIGNED | gpus(4, 31, 1, 0) | {
        VARIABLE: b"\x06\x00\x00\x00\x01",
        "proc/self/mountinfo": "25 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw",
        "sys/dev/block/253:1/dm/uuid": "LVM-made-up",
        "sys/dev/block/253:1/slaves/dm-0": "",
        "sys/block/dm-0/dm/uuid": "CRYPT-LUKS2-made-up-root",
        "run/systemd/timesync/synchronized": "",
    },
    # The pilot's host with whole GPUs: secure boot was switched off for a driver, and never on again.
    "icu02": INTEL | SIGNED | gpus(4, 21, 0, 0) | {
        VARIABLE: b"\x06\x00\x00\x00\x00",
        "proc/self/mountinfo": "25 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
        "sys/dev/block/8:1/size": "1",
        "run/chrony/chronyd.pid": "",
    },
    # A guest on today's platform: what its host does cannot be seen from here.
    "icu01-guest": INTEL | gpus(1, 11, 0, 1) | {
        "cpuid/00000001-00000000": "000806f8 00800800 f7fefbff bfebfbff",
        "cpuid/40000000-00000000": "40000010 61774d56 4d566572 65726177",
        "cpuid/40000001-00000000": "00000000 00000000 00000000 00000000",
        "cpuid/40000100-00000000": "00000000 00000000 00000000 00000000",
        "cpuid/cost-ticks": "1750",
        "proc/cpuinfo": "processor : 0\nvendor_id : GenuineIntel\nmodel name : Intel(R) Xeon(R) Platinum 8462Y+\n"
        "flags : fpu tsc constant_tsc hypervisor avx512f",
        "sys/class/dmi/id/sys_vendor": "VMware, Inc.",
        "sys/class/dmi/id/product_name": "VMware20,1",
        "sys/class/dmi/id/bios_vendor": "VMware, Inc.",
        VARIABLE: b"\x06\x00\x00\x00\x01",
        "proc/self/mountinfo": "25 1 8:1 / / rw - ext4 /dev/sda1 rw",
        "sys/dev/block/8:1/size": "1",
        "run/systemd/timesync/synchronized": "",
    },
}


def main():
    name, folder = sys.argv[1:]
    for path, content in HOSTS[name].items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if isinstance(content, str) and content.startswith("-> "):
            os.symlink(content[3:], full)
            continue
        with open(full, "wb") as file:
            file.write(content if isinstance(content, bytes) else (content + "\n").encode())


main()
