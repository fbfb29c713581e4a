#include "assay_cpuid.h"

#include <stdlib.h>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>

// Volatile: the compiler's own wrapper is taken out where nobody reads the registers, and the cost is then that of nothing.
static inline void execute_cpuid(uint32_t leaf, uint32_t subleaf, assay_cpuid_registers *registers) {
    __asm__ volatile("cpuid"
                     : "=a"(registers->eax), "=b"(registers->ebx), "=c"(registers->ecx), "=d"(registers->edx)
                     : "0"(leaf), "2"(subleaf)
                     : "memory");
}

bool assay_cpuid(uint32_t leaf, uint32_t subleaf, assay_cpuid_registers *registers) {
    execute_cpuid(leaf, subleaf, registers);
    return true;
}

static int by_value(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

uint64_t assay_cpuid_cost_ticks(unsigned trials) {
    uint64_t ticks[1001];
    assay_cpuid_registers registers;
    if (trials == 0) return 0;
    if (trials > 1001) trials = 1001;
    // The first executions bring code and the exit path into the caches.
    for (unsigned trial = 0; trial < 8; trial++) execute_cpuid(0, 0, &registers);
    for (unsigned trial = 0; trial < trials; trial++) {
        unsigned processor;
        uint64_t start = __rdtsc();
        // CPUID serialises by itself: nothing after it is counted early, nothing before it late.
        execute_cpuid(0, 0, &registers);
        ticks[trial] = __rdtscp(&processor) - start;
    }
    qsort(ticks, trials, sizeof ticks[0], by_value);
    return ticks[trials / 2];
}

#else

bool assay_cpuid(uint32_t leaf, uint32_t subleaf, assay_cpuid_registers *registers) {
    (void)leaf;
    (void)subleaf;
    (void)registers;
    return false;
}

uint64_t assay_cpuid_cost_ticks(unsigned trials) {
    (void)trials;
    return 0;
}

#endif
