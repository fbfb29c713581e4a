#include "CCUDA.h"

#include <math.h>
#include <string.h>

void ccuda_fill(void *memory, size_t bytes, uint64_t seed, uint64_t keep, uint64_t set) {
    unsigned char *place = memory;
    uint64_t state = seed;
    for (size_t done = 0; done < bytes;) {
        // SplitMix64.
        state += 0x9E3779B97F4A7C15u;
        uint64_t word = state;
        word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
        word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
        word = ((word ^ (word >> 31)) & keep) | set;
        size_t count = bytes - done < sizeof word ? bytes - done : sizeof word;
        memcpy(place + done, &word, count);
        done += count;
    }
}

float ccuda_fma_chain(float x, float a, float b, uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) x = fmaf(x, a, b);
    return x;
}
