/*
 * FULLY_CONNECTED of one batch, int8, that takes its input a few rows at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_FULLY_CONNECTED_STEP_H
#define TINYTS_FULLY_CONNECTED_STEP_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As tinyts_fully_connected_layer, with an accumulator. */
typedef struct {
    const tinyts_tensor *input;       /* [height, width, channels], K values */
    const tinyts_tensor *accumulator; /* [1, 1, 4 * Cout]: an int32 a channel */
    const tinyts_tensor *output;      /* [1, 1, Cout] */
    const int8_t *weights;            /* [Cout][K] */
    const int32_t *bias;              /* [Cout], or NULL for zeros */
    tinyts_fc_params params;
    tinyts_per_channel_quant_params quant;
    int32_t per_channel; /* 1: quant holds Cout elements; 0: one that serves all */
} tinyts_fully_connected_step_layer;

/*
 * Add the products of rows first..last-1 of the input. Calls ascend from 0 to the
 * height of the input without gaps; the first, and only that, starts the accumulators,
 * the last writes the output.
 *
 * An accumulator is the sum of (input + input_offset) * (weight + filter_offset),
 * without bias, modulo 2^32. Arithmetic of the result as tinyts_fully_connected.
 *
 * In place: output channel c is written when all rows have been read, and after it
 * only accumulators c + 1 and up are read. Accumulators and input may not overlap.
 */
void tinyts_fully_connected_step(const tinyts_fully_connected_step_layer *layer,
                                 tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_FULLY_CONNECTED_STEP_H */
