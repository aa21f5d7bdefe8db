/*
 * AVERAGE_POOL_2D, int8; input and output have one quantization.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef TINYTS_AVERAGE_POOL_2D_H
#define TINYTS_AVERAGE_POOL_2D_H

#include "tinyts.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const tinyts_tensor *input;  /* [height, width, channels] */
    const tinyts_tensor *output; /* [height, width, channels] */
    tinyts_tile kernel;
    tinyts_pool_params params;
} tinyts_average_pool_2d_layer;

/*
 * Compute rows first..last-1 of the output (0 <= first <= last <= output height).
 *
 * The mean of those values of the window that lie in the input, rounded to nearest,
 * ties away from zero (of the stored integer, not of the value less its zero point). A
 * window wholly outside, which TFLite Micro refuses, gives 0 clamped.
 * Arithmetic as TFLite Micro's reference AveragePool for int8.
 *
 * In place: when channel c of a pixel is written, channels up to c of its window have
 * been read. After that only its channels above c are read, and the windows of later
 * pixels.
 */
void tinyts_average_pool_2d(const tinyts_average_pool_2d_layer *layer,
                            tinyts_memory memory, int32_t first, int32_t last);

#ifdef __cplusplus
}
#endif
#endif /* TINYTS_AVERAGE_POOL_2D_H */
