// The part of cuBLAS that the product calls, with matrices stored by columns.
#include "fake.h"

#include <math.h>
#include <string.h>

static struct stream *stream;

int cublasCreate_v2(void **handle) {
    int fault = enter("cublasCreate_v2");
    if (fault != 0) return fault;
    if (current == NULL) return 1;
    *handle = &stream;
    return 0;
}
int cublasDestroy_v2(void *handle) { return handle == &stream ? 0 : 7; }
int cublasGetVersion_v2(void *handle, int *version) {
    (void)handle;
    *version = 120804;
    return 0;
}
int cublasSetStream_v2(void *handle, struct stream *wanted) {
    if (handle != &stream) return 1;
    stream = wanted;
    return 0;
}

enum { FP32 = 0, FP16 = 2, BF16 = 14 };

static float get(const void *matrix, int type, size_t index) {
    if (type == FP32) return ((const float *)matrix)[index];
    if (type == FP16) return (float)((const _Float16 *)matrix)[index];
    uint32_t bits = (uint32_t)((const uint16_t *)matrix)[index] << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}
static void set(void *matrix, int type, size_t index, float value) {
    if (type == FP32) ((float *)matrix)[index] = value;
    if (type == FP16) ((_Float16 *)matrix)[index] = (_Float16)value;
    if (type == BF16) {
        uint32_t bits;
        memcpy(&bits, &value, 4);
        ((uint16_t *)matrix)[index] = (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
// TF32 keeps ten bits of the fraction.
static float tf32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    bits = (bits + 0x1000) & ~0x1FFFu;
    memcpy(&value, &bits, 4);
    return value;
}

int cublasGemmEx(
    void *handle, int operation_a, int operation_b, int m, int n, int k, const void *alpha, const void *a, int type_a,
    int stride_a, const void *b, int type_b, int stride_b, const void *beta, void *c, int type_c, int stride_c, int compute,
    int algorithm) {
    int fault = enter("cublasGemmEx");
    if (fault != 0) return fault;
    if (handle != &stream || operation_a != 0 || operation_b != 0 || algorithm != -1) return 7;
    if (compute != 68 && compute != 69 && compute != 77) return 15;
    if (compute != 68 && type_a != FP32) return 15;
    if (type_b != type_a || type_c != type_a || stride_a < m || stride_b < k || stride_c < m) return 7;
    float by = *(const float *)alpha, onto = *(const float *)beta;
    for (int column = 0; column < n; column++)
        for (int row = 0; row < m; row++) {
            float sum = 0;
            for (int i = 0; i < k; i++) {
                float x = get(a, type_a, (size_t)i * (size_t)stride_a + (size_t)row);
                float y = get(b, type_b, (size_t)column * (size_t)stride_b + (size_t)i);
                sum += compute == 77 ? tf32(x) * tf32(y) : x * y;
            }
            size_t place = (size_t)column * (size_t)stride_c + (size_t)row;
            float before = onto == 0 ? 0 : onto * get(c, type_c, place);
            set(c, type_c, place, by * sum + before + (strcmp(machine.wrong, "cublasGemmEx") == 0 ? 3 : 0));
        }
    double rate = current_gpu()->blas * (type_a == FP32 ? (compute == 77 ? 0.5 : 0.07) : 1);
    work(stream, 2.0 * m * n * k / (rate * 1e12));
    return 0;
}
