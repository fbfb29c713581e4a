#include "fake.h"

#include <stdlib.h>
#include <string.h>

#define ENTER(call) \
    do { \
        int fault = enter(call); \
        if (fault != 0) return fault; \
    } while (0)

static struct {
    void *base;
    size_t bytes;
    int gpu;
    int pinned;
} blocks[MOST_BLOCKS];

static int holds(const void *address, size_t bytes, int pinned) {
    const char *place = address;
    for (int i = 0; i < MOST_BLOCKS; i++) {
        const char *base = blocks[i].base;
        if (base == NULL || blocks[i].pinned != pinned) continue;
        if (place >= base && place + bytes <= base + blocks[i].bytes) return 1;
    }
    return 0;
}
int is_device(uint64_t address, size_t bytes) { return holds((const void *)(uintptr_t)address, bytes, 0); }
int fake_cuda_is_device(uint64_t address, size_t bytes);
int fake_cuda_is_device(uint64_t address, size_t bytes) { return is_device(address, bytes); }
int is_pinned(const void *address, size_t bytes) { return holds(address, bytes, 1); }

static int keep(void *base, size_t bytes, int gpu, int pinned) {
    for (int i = 0; i < MOST_BLOCKS; i++)
        if (blocks[i].base == NULL) {
            blocks[i].base = base;
            blocks[i].bytes = bytes;
            blocks[i].gpu = gpu;
            blocks[i].pinned = pinned;
            return 1;
        }
    return 0;
}
static int drop(void *base) {
    for (int i = 0; i < MOST_BLOCKS; i++)
        if (base != NULL && blocks[i].base == base) {
            if (!blocks[i].pinned) machine.gpus[blocks[i].gpu].used -= blocks[i].bytes;
            blocks[i].base = NULL;
            free(base);
            return 0;
        }
    return 1;
}

int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    ENTER("cuMemGetInfo_v2");
    struct gpu *gpu = current_gpu();
    *free_bytes = gpu->memory - gpu->used;
    *total = gpu->memory;
    return 0;
}
int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    ENTER("cuMemAlloc_v2");
    if (current == NULL) return 201;
    struct gpu *gpu = current_gpu();
    if (bytes == 0) return 1;
    if (bytes > gpu->memory - gpu->used) return 2;
    void *base = aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (base == NULL || !keep(base, bytes, current->gpu, 0)) return 2;
    // Memory is given out as it was left.
    memset(base, 0xA5, bytes);
    gpu->used += bytes;
    *address = (uint64_t)(uintptr_t)base;
    return 0;
}
int cuMemFree_v2(uint64_t address) {
    ENTER("cuMemFree_v2");
    return drop((void *)(uintptr_t)address);
}
int cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
    ENTER("cuMemHostAlloc");
    if (flags > 7) return 1;
    void *base = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    if (base == NULL || !keep(base, bytes, 0, 1)) return 2;
    *memory = base;
    return 0;
}
int cuMemFreeHost(void *memory) {
    ENTER("cuMemFreeHost");
    return drop(memory);
}

// A copy's time: the start, and its bytes at a rate in GB/s.
static double duration(size_t bytes, double rate) { return machine.copy_ns * 1e-9 + (double)bytes / (rate * 1e9); }

static void move(void *to, const void *from, size_t bytes, const char *call) {
    memcpy(to, from, bytes);
    if (strcmp(machine.wrong, call) == 0 && bytes > 0) ((char *)to)[bytes / 2] ^= 1;
}

int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
    ENTER("cuMemcpyHtoD_v2");
    if (!is_device(to, bytes)) return 1;
    move((void *)(uintptr_t)to, from, bytes, "cuMemcpyHtoD_v2");
    work(NULL, duration(bytes, is_pinned(from, bytes) ? current_gpu()->h2d : current_gpu()->pageable));
    return 0;
}
int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t bytes) {
    ENTER("cuMemcpyDtoH_v2");
    if (!is_device(from, bytes)) return 1;
    move(to, (const void *)(uintptr_t)from, bytes, "cuMemcpyDtoH_v2");
    work(NULL, duration(bytes, is_pinned(to, bytes) ? current_gpu()->d2h : current_gpu()->pageable));
    return 0;
}
int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, struct stream *stream) {
    ENTER("cuMemcpyHtoDAsync_v2");
    if (!is_device(to, bytes)) return 1;
    move((void *)(uintptr_t)to, from, bytes, "cuMemcpyHtoDAsync_v2");
    work(stream, duration(bytes, current_gpu()->h2d));
    return 0;
}
int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, struct stream *stream) {
    ENTER("cuMemcpyDtoHAsync_v2");
    if (!is_device(from, bytes)) return 1;
    move(to, (const void *)(uintptr_t)from, bytes, "cuMemcpyDtoHAsync_v2");
    work(stream, duration(bytes, current_gpu()->d2h));
    return 0;
}
int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, struct stream *stream) {
    ENTER("cuMemcpyDtoDAsync_v2");
    if (!is_device(from, bytes) || !is_device(to, bytes)) return 1;
    move((void *)(uintptr_t)to, (const void *)(uintptr_t)from, bytes, "cuMemcpyDtoDAsync_v2");
    // Read and written.
    work(stream, 2 * (double)bytes / (current_gpu()->dram * 1e9));
    return 0;
}
int cuMemcpyPeerAsync(
    uint64_t to, struct context *to_context, uint64_t from, struct context *from_context, size_t bytes,
    struct stream *stream) {
    ENTER("cuMemcpyPeerAsync");
    if (to_context == NULL || from_context == NULL) return 201;
    if (!is_device(from, bytes) || !is_device(to, bytes)) return 1;
    move((void *)(uintptr_t)to, (const void *)(uintptr_t)from, bytes, "cuMemcpyPeerAsync");
    work(stream, duration(bytes, machine.gpus[from_context->gpu].peer));
    return 0;
}
