/*
 * Pools by CMSIS-NN: one function or the other over slices of rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CMSIS_NN_POOL_H
#define TINYTS_CMSIS_NN_POOL_H

#include "tinyts_cmsis_nn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* arm_avgpool_s8 or arm_max_pool_s8. */
typedef arm_cmsis_nn_status (*tinyts_cmsis_nn_pool_function)(
    const cmsis_nn_context *, const cmsis_nn_pool_params *, const cmsis_nn_dims *,
    const int8_t *, const cmsis_nn_dims *, const cmsis_nn_dims *, int8_t *);

/* A layer without its scratch. */
typedef struct {
    const tinyts_tensor *input;
    const tinyts_tensor *output;
    tinyts_tile kernel;
    tinyts_pool_params params;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_cmsis_nn_pool;

/* One slice: rows first..last-1 of the output. */
static inline void tinyts_cmsis_nn_pool_slice(tinyts_cmsis_nn_pool_function function,
                                              const tinyts_cmsis_nn_pool *pool,
                                              const cmsis_nn_context *scratch,
                                              tinyts_memory memory, int32_t first,
                                              int32_t last) {
    const tinyts_pool_params *const ours = &pool->params;
    const tinyts_cmsis_nn_slice slice = tinyts_cmsis_nn_slice_of(
        pool->input, memory, first, last, pool->kernel.h, ours->stride.h,
        ours->padding.h, 1);
    const cmsis_nn_dims input = tinyts_cmsis_nn_dims(pool->input, slice.height);
    const cmsis_nn_dims output = tinyts_cmsis_nn_dims(pool->output, last - first);
    const cmsis_nn_dims filter = {1, pool->kernel.h, pool->kernel.w, 1};
    const cmsis_nn_pool_params params = {
        .stride = tinyts_cmsis_nn_tile(ours->stride),
        .padding = {ours->padding.w, slice.padding},
        .activation = tinyts_cmsis_nn_clamp(ours->activation),
    };
    (void)function(scratch, &params, &input, slice.pixels, &filter, &output,
                   tinyts_row(pool->output, memory, first));
}

/* Rows first..last-1 of the output, slice by slice. */
static inline void tinyts_cmsis_nn_pool_rows(tinyts_cmsis_nn_pool_function function,
                                             const tinyts_cmsis_nn_pool *pool,
                                             const cmsis_nn_context *scratch,
                                             tinyts_memory memory, int32_t first,
                                             int32_t last) {
    for (int32_t y = first; y < last; y += pool->step) {
        const int32_t end = tinyts_cmsis_nn_end(y, pool->step, last);
        tinyts_cmsis_nn_pool_slice(function, pool, scratch, memory, y, end);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CMSIS_NN_POOL_H */
