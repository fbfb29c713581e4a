#ifndef ASSAY_CPUID_H
#define ASSAY_CPUID_H

#include <stdbool.h>
#include <stdint.h>

/// The four registers that one CPUID instruction answers with.
typedef struct {
    uint32_t eax, ebx, ecx, edx;
} assay_cpuid_registers;

/// Executes CPUID on the processor we stand on; false where the architecture has no such instruction.
bool assay_cpuid(uint32_t leaf, uint32_t subleaf, assay_cpuid_registers *registers);

/// The median cost of CPUID leaf 0 in time-stamp-counter ticks over an odd number of trials (at most 1,001).
///
/// A hypervisor must trap CPUID on Intel and nearly always does on AMD, so the cost shows one that hides its name.
/// Returns 0 where the architecture lacks CPUID or the time stamp counter.
uint64_t assay_cpuid_cost_ticks(unsigned trials);

#endif
