/*
 * MAXIMUM and MINIMUM by CMSIS-NN: one function or the other over slices of rows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_CMSIS_NN_PAIRS_H
#define TINYTS_CMSIS_NN_PAIRS_H

#include "tinyts_cmsis_nn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* arm_maximum_s8 or arm_minimum_s8. */
typedef arm_cmsis_nn_status (*tinyts_cmsis_nn_pair_function)(
    const cmsis_nn_context *, const int8_t *, const cmsis_nn_dims *, const int8_t *,
    const cmsis_nn_dims *, int8_t *, const cmsis_nn_dims *);

/* A layer whose tensors have one shape. */
typedef struct {
    const tinyts_tensor *input_1;
    const tinyts_tensor *input_2;
    const tinyts_tensor *output;
    int32_t step; /* output rows that are handed over at a time */
} tinyts_cmsis_nn_pair;

/* Rows first..last-1 of the output, slice by slice. */
static inline void tinyts_cmsis_nn_pair_rows(tinyts_cmsis_nn_pair_function function,
                                             const tinyts_cmsis_nn_pair *pair,
                                             tinyts_memory memory, int32_t first,
                                             int32_t last) {
    const cmsis_nn_context no_scratch = {NULL, 0};
    for (int32_t y = first; y < last; y += pair->step) {
        const int32_t rows = tinyts_cmsis_nn_end(y, pair->step, last) - y;
        const cmsis_nn_dims dims = tinyts_cmsis_nn_dims(pair->output, rows);
        (void)function(&no_scratch, tinyts_row(pair->input_1, memory, y), &dims,
                       tinyts_row(pair->input_2, memory, y), &dims,
                       tinyts_row(pair->output, memory, y), &dims);
    }
}

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_CMSIS_NN_PAIRS_H */
