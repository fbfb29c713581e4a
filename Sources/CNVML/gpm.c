#include "CNVML.h"

#include <stdlib.h>

int cnvml_gpm_read(
    const cnvml_library *library, cnvml_gpm_sample first, cnvml_gpm_sample second, const uint32_t *metrics,
    uint32_t count, int32_t *codes, double *values) {
    if (count > CNVML_GPM_ROOM) return CNVML_INVALID_ARGUMENT;
    cnvml_gpm_metrics *all = calloc(1, sizeof *all);
    if (all == NULL) return CNVML_MEMORY;
    all->version = CNVML_GPM_VERSION;
    all->metric_count = count;
    all->first = first;
    all->second = second;
    for (uint32_t i = 0; i < count; i++) all->metrics[i].metric = metrics[i];
    int code = cnvml_GpmMetricsGet(library, all);
    for (uint32_t i = 0; i < count; i++) {
        codes[i] = all->metrics[i].status;
        values[i] = all->metrics[i].value;
    }
    free(all);
    return code;
}
