/*
 * AVERAGE_POOL_2D with one output pixel, int8, that takes its input a few rows at a
 * time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_AVERAGE_POOL_2D_STEP_H
#define TINYTS_AVERAGE_POOL_2D_STEP_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As tinyts_average_pool_2d_layer, with an accumulator. */
typedef struct {
    const tinyts_tensor *input;       /* [height, width, channels] */
    const tinyts_tensor *accumulator; /* [1, 1, 4 * channels]: an int32 a channel */
    const tinyts_tensor *output;      /* [1, 1, channels] */
    tinyts_tile kernel;
    tinyts_pool_params params;
} tinyts_average_pool_2d_step_layer;

/*
 * Add those of rows first..last-1 of the input that lie in the window. Calls ascend
 * from 0 to the height of the input without gaps; the first, and only that, starts the
 * accumulators, the last writes the output.
 *
 * An accumulator is the sum of the input's values in the window.
 * Arithmetic of the result as tinyts_average_pool_2d.
 *
 * In place: output channel c is written when all rows have been read, and after it
 * only accumulators c + 1 and up are read. Accumulators and input may not overlap.
 */
void tinyts_average_pool_2d_step(const tinyts_average_pool_2d_step_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_AVERAGE_POOL_2D_STEP_H */
