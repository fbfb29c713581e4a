// What the product's kernels do, told by name and done here in C from the words that describe them: not by running PTX.
#include "fake.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTER(call) \
    do { \
        int fault = enter(call); \
        if (fault != 0) return fault; \
    } while (0)

struct module {
    char *text;
};
enum kernel { KERNEL_EMPTY, KERNEL_FILL, KERNEL_READ, KERNEL_COPY, KERNEL_FMA, KERNEL_MMA, KERNELS };
static const char *const names[KERNELS] = {"assay_empty", "assay_fill", "assay_read", "assay_copy", "assay_fma", "assay_mma"};
struct function {
    enum kernel kernel;
    const char *text;
};

// Set by a test that runs the PTX itself, from the program's text and the kernel's name: it answers CUDA's code.
typedef int runner(
    void *context, const char *text, const char *kernel, unsigned blocks, unsigned threads, void **parameters);
runner *fake_cuda_runner;
void *fake_cuda_runner_context;

int cuModuleLoadDataEx(struct module **module, const void *image, unsigned count, int *options, void **values) {
    ENTER("cuModuleLoadDataEx");
    (void)options;
    (void)values;
    const char *text = image;
    int major = 0, minor = 0, target = 0;
    const char *line = strstr(text, ".version ");
    if (count != 0 || line == NULL || sscanf(line, ".version %d.%d", &major, &minor) != 2) return 218;
    // PTX 7.0 came with CUDA 11.0; 7.n with 11.n, 8.n with 12.n.
    if ((major + 4) * 1000 + minor * 10 > machine.driver) return 222;
    line = strstr(text, ".target sm_");
    if (line == NULL || sscanf(line, ".target sm_%d", &target) != 1) return 218;
    struct gpu *gpu = current_gpu();
    if (target > gpu->major * 10 + gpu->minor) return 209;
    *module = calloc(1, sizeof **module);
    (*module)->text = strdup(text);
    return 0;
}
int cuModuleUnload(struct module *module) {
    ENTER("cuModuleUnload");
    free(module->text);
    free(module);
    return 0;
}
int cuModuleGetFunction(struct function **function, struct module *module, const char *name) {
    ENTER("cuModuleGetFunction");
    static struct function functions[KERNELS];
    for (int i = 0; i < KERNELS; i++) {
        char entry[64];
        snprintf(entry, sizeof entry, ".entry %s(", names[i]);
        if (strcmp(name, names[i]) != 0 || strstr(module->text, entry) == NULL) continue;
        functions[i].kernel = (enum kernel)i;
        functions[i].text = module->text;
        *function = &functions[i];
        return 0;
    }
    return 500;
}

static uint64_t address(void **parameters, int index) { return *(uint64_t *)parameters[index]; }
static uint32_t word(void **parameters, int index) { return *(uint32_t *)parameters[index]; }
static float real(void **parameters, int index) { return *(float *)parameters[index]; }

// Eight chains of turns * 16 multiply-adds; thread t adds up those that start at start + t % 8 + chain.
static int run_fma(void **parameters, size_t threads) {
    float *result = (float *)(uintptr_t)address(parameters, 0);
    if (!is_device(address(parameters, 0), threads * 4)) return 700;
    float sums[8];
    for (int lane = 0; lane < 8; lane++) {
        sums[lane] = 0;
        for (int chain = 0; chain < 8; chain++) {
            float x = real(parameters, 4) + (float)lane + (float)chain;
            for (uint32_t i = 0; i < word(parameters, 1) * 16; i++) x = fmaf(x, real(parameters, 2), real(parameters, 3));
            sums[lane] += x;
        }
    }
    for (size_t t = 0; t < threads; t++) result[t] = sums[t % 8];
    return 0;
}

static float half(uint32_t bits) {
    float value = (bits & 0x7C00) == 0 ? 0 : ldexpf(1 + (float)(bits & 0x3FF) / 1024, (int)((bits >> 10) & 31) - 15);
    return bits & 0x8000 ? -value : value;
}

// The matrices put together from the lanes' fragments, element by element as the PTX ISA numbers them.
static int run_mma(void **parameters, size_t threads) {
    const uint32_t *input = (const uint32_t *)(uintptr_t)address(parameters, 1);
    float *result = (float *)(uintptr_t)address(parameters, 0);
    if (!is_device(address(parameters, 0), threads * 16) || !is_device(address(parameters, 1), 32 * 24)) return 700;
    float a[16][16], b[16][8], d[16][8];
    for (int lane = 0; lane < 32; lane++) {
        int group = lane >> 2, in_group = lane % 4;
        for (int i = 0; i < 8; i++) {
            int row = (i < 2 || (i >= 4 && i < 6)) ? group : group + 8;
            int column = in_group * 2 + (i & 1) + (i >= 4 ? 8 : 0);
            a[row][column] = half(input[lane * 6 + i / 2] >> (16 * (i & 1)) & 0xFFFF);
        }
        for (int i = 0; i < 4; i++) {
            int row = in_group * 2 + (i & 1) + (i >= 2 ? 8 : 0);
            b[row][group] = half(input[lane * 6 + 4 + i / 2] >> (16 * (i & 1)) & 0xFFFF);
        }
    }
    for (int row = 0; row < 16; row++)
        for (int column = 0; column < 8; column++) {
            float product = 0, sum = 0;
            for (int k = 0; k < 16; k++) product += a[row][k] * b[k][column];
            for (int chain = 0; chain < 4; chain++) {
                float x = (float)chain;
                for (uint32_t i = 0; i < word(parameters, 2) * 8; i++) x += product;
                sum += x;
            }
            d[row][column] = sum;
        }
    for (size_t t = 0; t < threads; t++) {
        int lane = (int)(t % 32);
        for (int i = 0; i < 4; i++) result[t * 4 + (size_t)i] = d[(lane >> 2) + (i >= 2 ? 8 : 0)][(lane % 4) * 2 + (i & 1)];
    }
    return 0;
}

int cuLaunchKernel(
    struct function *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
    unsigned block_z, unsigned shared, struct stream *stream, void **parameters, void **extra) {
    ENTER("cuLaunchKernel");
    if (grid_x * grid_y * grid_z * block_x * block_y * block_z == 0 || block_x > 1024 || shared != 0 || extra != NULL) return 1;
    now += machine.launch_ns;
    if (fake_cuda_runner != NULL) {
        int fault = fake_cuda_runner(
            fake_cuda_runner_context, function->text, names[function->kernel], grid_x, block_x, parameters);
        if (fault == 0) work(stream, machine.kernel_ns * 1e-9);
        return fault;
    }
    const struct gpu *gpu = current_gpu();
    size_t threads = (size_t)grid_x * block_x;
    double seconds = machine.kernel_ns * 1e-9;
    int is_wrong = strcmp(machine.wrong, names[function->kernel]) == 0;
    switch (function->kernel) {
    case KERNEL_FILL: {
        uint32_t *to = (uint32_t *)(uintptr_t)address(parameters, 0);
        size_t words = address(parameters, 1) * 4;
        if (!is_device(address(parameters, 0), words * 4)) return 700;
        for (size_t i = 0; i < words; i++) to[i] = (uint32_t)i * 2654435761u + word(parameters, 2);
        if (is_wrong) to[words / 2] ^= 1;
        seconds = (double)words * 4 / (gpu->dram * 1e9);
        break;
    }
    case KERNEL_READ: {
        const uint32_t *from = (const uint32_t *)(uintptr_t)address(parameters, 0);
        size_t words = address(parameters, 1) * 4;
        if (!is_device(address(parameters, 0), words * 4) || !is_device(address(parameters, 2), 4)) return 700;
        uint32_t sum = 0;
        for (size_t i = 0; i < words; i++) sum += from[i];
        *(uint32_t *)(uintptr_t)address(parameters, 2) += sum + (is_wrong ? 1 : 0);
        seconds = (double)words * 4 / (gpu->dram * 1e9);
        break;
    }
    case KERNEL_COPY: {
        size_t bytes = address(parameters, 2) * 16;
        if (!is_device(address(parameters, 0), bytes) || !is_device(address(parameters, 1), bytes)) return 700;
        memcpy((void *)(uintptr_t)address(parameters, 0), (void *)(uintptr_t)address(parameters, 1), is_wrong ? bytes / 2 : bytes);
        seconds = 2 * (double)bytes / (gpu->dram * 1e9);
        break;
    }
    case KERNEL_FMA: {
        int fault = run_fma(parameters, threads);
        if (fault != 0) return fault;
        if (is_wrong) ((float *)(uintptr_t)address(parameters, 0))[threads - 1] += 1;
        seconds = 2.0 * 8 * 16 * word(parameters, 1) * (double)threads / (gpu->fma * 1e12);
        break;
    }
    case KERNEL_MMA: {
        int fault = run_mma(parameters, threads);
        if (fault != 0) return fault;
        if (is_wrong) ((float *)(uintptr_t)address(parameters, 0))[threads - 1] += 1;
        seconds = 2.0 * 16 * 8 * 16 * 4 * 8 * word(parameters, 2) * (double)threads / 32 / (gpu->mma * 1e12);
        break;
    }
    default: break;
    }
    work(stream, seconds);
    return 0;
}
