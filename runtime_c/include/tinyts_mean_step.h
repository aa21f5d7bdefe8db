/*
 * MEAN over rows and columns, int8, that takes its input a few rows at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_MEAN_STEP_H
#define TINYTS_MEAN_STEP_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As tinyts_mean_layer, with an accumulator. */
typedef struct {
    const tinyts_tensor *input;       /* [height, width, C] */
    const tinyts_tensor *accumulator; /* [1, 1, 4 * C]: an int32 a channel */
    const tinyts_tensor *output;      /* C elements, row-major in any [h, w, c] */
    int32_t reduce_rows;     /* 1 */
    int32_t reduce_columns;  /* 1 */
    int32_t reduce_channels; /* 0 */
    int32_t input_offset;    /* minus the zero point of the input */
    int32_t output_offset;   /* the zero point of the output */
    tinyts_per_tensor_quant_params quant; /* of the sum: includes 1 / count */
} tinyts_mean_step_layer;

/*
 * Add rows first..last-1 of the input. Calls ascend from 0 to the height of the input
 * without gaps; the first, and only that, starts the accumulators, the last writes the
 * output.
 *
 * An accumulator is the sum of the input's values, without offset, modulo 2^32.
 * Arithmetic of the result as tinyts_mean.
 *
 * In place: output element i is written when all rows have been read, and after it
 * only accumulators i + 1 and up are read. Accumulators and input may not overlap.
 */
void tinyts_mean_step(const tinyts_mean_step_layer *layer, tinyts_memory memory,
                      int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_MEAN_STEP_H */
